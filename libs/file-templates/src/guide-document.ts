import { sha256Hex } from '@kinledger/domain';
import type { DatasetGuide, FieldGuide, LeavingSection } from './dataset-guide.js';

const style = `
body { font: 1rem/1.5 system-ui, sans-serif; color: #0b0c0c; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .5rem 0; }
th, td { border: 1px solid #505a5f; padding: .4rem .6rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { min-width: 8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
section { break-inside: avoid; }
@media (max-width: 40rem) { dl { display: block; } dd { margin: 0 0 .5rem; } }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } }
`;

/** The Content-Security-Policy source under which the documents' style is allowed. */
export const guideStyleSource = `'sha256-${Buffer.from(sha256Hex(style), 'hex').toString('base64')}'`;

/** The guide to a dataset as an HTML document of its own, which needs nothing else and prints well. */
export const guideDocument = (guide: DatasetGuide): string =>
  documentOf(`Field guide: ${guide.name}`, [
    `<p>Dataset <code>${escaped(guide.dataset)}</code>, schema <code>${guide.schemaHash.slice(0, 12)}</code></p>`,
    ...guide.about.map((sentence) => `<p>${escaped(sentence)}</p>`),
    '<h2>Columns</h2>',
    ...guide.fields.map(fieldSection),
    ...(guide.checks.length === 0
      ? []
      : ['<h2>What is checked beyond each column</h2>', listOf(guide.checks)]),
    ...(guide.leaves === undefined
      ? []
      : ['<h2>Exactly what leaves</h2>', ...guide.leaves.map(leavingTable)]),
  ]);

/** What leaves a source that makes its digests itself; undefined for other datasets. */
export const leavesDocument = ({ name, dataset, leaves }: DatasetGuide): string | undefined =>
  leaves === undefined
    ? undefined
    : documentOf(`Exactly what leaves: ${name}`, [
        `<p>Dataset <code>${escaped(dataset)}</code></p>`,
        ...leaves.map(leavingTable),
      ]);

function fieldSection(field: FieldGuide): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Holds', field.content],
    ['Needed', field.need],
    ['Example', field.example],
    ['Field', field.name],
    ...(field.otherTitles.length === 0 ? [] : [['Other titles', field.otherTitles.join(', ')] as const]),
    ['What becomes of it', field.fate],
  ];
  return [
    '<section>',
    `<h3>${escaped(field.title)}</h3>`,
    ...(field.description === undefined ? [] : [`<p>${escaped(field.description)}</p>`]),
    `<dl>${facts.map(([term, text]) => `<dt>${term}</dt><dd>${escaped(text)}</dd>`).join('')}</dl>`,
    ...(field.values === undefined
      ? []
      : [
          table(
            `Values of ${field.title}`,
            ['Value', 'Also understood'],
            field.values.map(({ text, others }) => [text, others.join(', ')]),
          ),
        ]),
    '</section>',
  ].join('\n');
}

const leavingTable = ({ title, lines }: LeavingSection): string =>
  table(
    title,
    ['What', 'How'],
    lines.map(({ what, how }) => [what, how]),
  );

const table = (caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `<table><caption>${escaped(caption)}</caption>`,
    `<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map(rowOf).join('')}</tbody></table>`,
  ].join('');

const rowOf = ([first = '', ...rest]: readonly string[]): string =>
  `<tr><th scope="row">${escaped(first)}</th>${rest.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`;

const listOf = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`;

const documentOf = (title: string, parts: readonly string[]): string =>
  [
    '<!DOCTYPE html>',
    '<html lang="en-GB">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head>`,
    `<body><main><h1>${escaped(title)}</h1>`,
    ...parts,
    '</main></body>',
    '</html>',
    '',
  ].join('\n');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
