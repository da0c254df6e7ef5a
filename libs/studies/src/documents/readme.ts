import { missingValues } from '../missing-values.js';
import type { AboutExtract } from './about-extract.js';

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** For the person who opens the archive: what it holds, whom, what is missing, and how to use it. */
export function readme(about: AboutExtract): string {
  const { specification, programme, position, definition, tables, counts, permitted } = about;
  const { study, title, purpose, cohort, datasets, expires } = specification;
  const period =
    cohort.from === undefined && cohort.until === undefined
      ? 'at any time'
      : `from ${cohort.from ?? 'the beginning'} up to, but not including, ${cohort.until ?? 'any day'}`;
  const services =
    cohort.services === undefined ? 'any service of these datasets' : cohort.services.join(', ');
  const byConsent = permitted.filter(({ consent }) => consent !== undefined).map(({ dataset }) => dataset);
  return `# ${title}

Extract of ${programme} for the study "${study}", frozen at ledger position ${position} (programme definition ${definition.slice(0, 12)}…).
Destroy every copy by ${expires}.

## Purpose

${purpose}

## Who is in it

People with the role ${cohort.roles.join(' or ')} who ${cohort.who === 'engaged' ? 'had a qualifying engagement' : 'have a linked row'} with
${services}, ${period}. All their rows of these datasets are here, of any day: ${datasets.join(', ')}.

| table | one row is | rows |
| --- | --- | ---: |
${tables.map(({ name, grain }, at) => `| ${name}.csv | ${grain} | ${counts[at]?.rows ?? 0} |`).join('\n')}

## Who is missing

${list([
  'Rows that nobody could link: counted in unlinked.csv by dataset, with a weight that makes up for them. The weight assumes that linked and unlinked rows of a dataset are alike: compare the two before you rely on it.',
  byConsent.length === 0
    ? 'No dataset here rests on a consent form: nobody is left out for want of consent to evaluation.'
    : `People who did not agree to evaluation, with any version of the consent form: left out of ${byConsent.join(', ')}, and counted there as not_agreed.`,
  'People who withdrew, and people who were erased: they are in no extract at this position that is made after it.',
])}

## How to read it

${list([
  'UTF-8, comma, CRLF, one header row; codebook.csv describes every column. Files in dummy/ have the same shape and invented rows.',
  `Missing values: ${Object.entries(missingValues)
    .map(([reason, value]) => `${value} ${reason}`)
    .join(', ')}.`,
  'link_band says what tells a row’s person from others. Repeat an analysis without the rows of band "shared": linkage error is greatest there.',
  'A pseudonym is of this study alone, and the same in each of its extracts as long as the linkage decisions stand. A later extract may join or split people.',
  'Two people of one family may be related by a row that is not in this extract.',
  'manifest.json has the SHA-256 of every file. The same specification at the same position gives the same bytes, until somebody in it is erased.',
])}
`;
}
