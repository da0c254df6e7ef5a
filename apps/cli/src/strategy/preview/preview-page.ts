import { escaped, htmlDocument, wideTable } from '@kinledger/file-templates';
import { AFTER_DISCLOSURE_CONTROL } from '../../output/disclosed.js';
import { count } from '../../output/output.js';
import { figureTables, headOf, tablesOf, type PreviewTable } from './describe-preview.js';
import { words } from './preview-names.js';
import type { StrategyPreview } from './strategy-preview.js';

/** A preview as a page that needs nothing else: all its tables, and the figures of every scope. */
export function previewPage(preview: StrategyPreview): string {
  const { linkage, quarters = [], isShown = false } = preview;
  const scopes = [...new Set(quarters.flatMap(({ cells }) => cells.map(({ scope }) => scope)))].sort();
  const programme = figureTables(preview, 'programme', words);
  const others = scopes
    .filter((scope) => scope !== 'programme')
    .map((scope) => ({ scope, table: figureTables(preview, scope, words).at(-1) }));
  return htmlDocument('Preview of a linkage strategy', [
    ...headOf(preview).map((line) => `<p>${escaped(line)}</p>`),
    isShown
      ? `<p>Figures are ${AFTER_DISCLOSURE_CONTROL}.</p>`
      : '<p><strong>Exact counts, for the programme’s own team.</strong> Small counts and sensitive services are not suppressed on this page.</p>',
    ...(linkage === undefined
      ? []
      : [
          '<h2>Who is who</h2>',
          ...tablesOf({ ...preview, linkage: { ...linkage, examples: noExamples } }, words).map(section),
        ]),
    ...(quarters.length === 0 ? [] : ['<h2>Figures</h2>']),
    ...programme.map(section),
    ...others.map(({ scope, table }) =>
      table === undefined
        ? ''
        : `<details><summary>${escaped(words.scope(scope))}: ${count(table.rows.length)} ${table.rows.length === 1 ? 'count' : 'counts'}</summary>${section(table)}</details>`,
    ),
    ...examples(preview),
  ]);
}

const noExamples = { merges: [], splits: [], joining: [], leaving: [], referrals: [] };

function examples(preview: StrategyPreview): string[] {
  const all = tablesOf(preview, words).filter(({ isExample }) => isExample === true);
  if (all.length === 0) return [];
  return [
    '<h2>Examples</h2>',
    '<p>Ids of records, the lowest scores first: <code>kinledger ledger explain ID --reason TEXT</code> tells more of a record, and notes that you looked. No record of a sensitive dataset is among them.</p>',
    ...all.map(section),
  ];
}

function section({ title, note, columns, rows, empty }: PreviewTable): string {
  const told = note === undefined ? '' : `<p>${escaped(note)}</p>`;
  if (rows.length === 0) return `<h3>${escaped(title)}</h3><p>${escaped(empty)}</p>`;
  return (
    wideTable(
      title,
      columns.map((column) => column.inFull ?? column.title),
      rows,
      (at) => columns[at]?.align !== 'right',
    ) + told
  );
}
