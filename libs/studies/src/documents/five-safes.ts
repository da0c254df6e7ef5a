import type { AboutExtract } from './about-extract.js';

/** The five questions that a data officer answers before data leave: project, people, data, setting, outputs. */
export function fiveSafes({ specification, tables, counts, position }: AboutExtract): string {
  const { study, purpose, approval, recipient, expires, area, families, attributes } = specification;
  const [people] = counts;
  const held = tables.map(
    ({ name, columns }) => `${name} (${columns.map((column) => column.name).join(', ')})`,
  );
  return `# Five safes of the study "${study}"

| | |
| --- | --- |
| **Safe project** | ${cell(purpose)} Approved: ${cell(approval.reference)}, ${approval.on}. |
| **Safe people** | ${cell(recipient.organisation)}: ${cell(recipient.people)} |
| **Safe data** | ${people?.rows ?? 0} people at ledger position ${position}, under pseudonyms of this study. No name, address, contact, NHS number, day of birth or token. Of each person: ${attributes.length === 0 ? 'no attribute' : cell(attributes.join(', '))}; residence: ${area === 'none' ? 'not held' : area}; family: ${families ? 'by pseudonym' : 'not held'}. |
| **Safe setting** | ${cell(recipient.setting)} |
| **Safe outputs** | ${cell(recipient.outputs)} |
| **Ends** | Every copy is destroyed by ${expires}; the recipient signs the certificate that the platform writes when it destroys the study’s key. |

What is handed over: ${cell(held.join('; '))}.

Rows about single people are personal data while anybody holds the study’s key, and may identify people by what they say even
after that: a combination of attributes, days and services can be unique.
`;
}

/** Text of a table’s cell in Markdown. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
