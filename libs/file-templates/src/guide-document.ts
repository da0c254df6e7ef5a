import type { DatasetGuide, FieldGuide, LeavingSection } from './dataset-guide.js';
import { escaped, htmlDocument, htmlList, htmlTable } from './html-document.js';

/** The guide to a dataset as an HTML document of its own, which needs nothing else and prints well. */
export const guideDocument = (guide: DatasetGuide): string =>
  htmlDocument(`Field guide: ${guide.name}`, [
    `<p>Dataset <code>${escaped(guide.dataset)}</code>, schema <code>${guide.schemaHash.slice(0, 12)}</code></p>`,
    ...guide.about.map((sentence) => `<p>${escaped(sentence)}</p>`),
    '<h2>Columns</h2>',
    ...guide.fields.map(fieldSection),
    ...(guide.checks.length === 0
      ? []
      : ['<h2>What is checked beyond each column</h2>', htmlList(guide.checks)]),
    ...(guide.leaves === undefined
      ? []
      : ['<h2>Exactly what leaves</h2>', ...guide.leaves.map(leavingTable)]),
  ]);

/** What leaves a source that makes its digests itself; undefined for other datasets. */
export const leavesDocument = ({ name, dataset, leaves }: DatasetGuide): string | undefined =>
  leaves === undefined
    ? undefined
    : htmlDocument(`Exactly what leaves: ${name}`, [
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
          htmlTable(
            `Values of ${field.title}`,
            ['Value', 'Also understood'],
            field.values.map(({ text, others }) => [text, others.join(', ')]),
          ),
        ]),
    '</section>',
  ].join('\n');
}

const leavingTable = ({ title, lines }: LeavingSection): string =>
  htmlTable(
    title,
    ['What', 'How'],
    lines.map(({ what, how }) => [what, how]),
  );
