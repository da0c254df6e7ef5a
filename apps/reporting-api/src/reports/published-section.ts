import { Cells, nameOf, reach, SUPPRESSED, type ReachColumn } from '@kinledger/figures';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { PublishedQuarterView } from '../quarters/closed-quarters.js';
import type { PartOf } from './reach-sections.js';
import type { ReportSection } from './report.js';
import { number, peopleCounted } from './shares.js';
import { cellOf, valueOf } from './statuses.js';

const published: readonly (readonly [ReachColumn, string])[] = [
  ['children', 'Children'],
  ['adults', 'Adults'],
  ['individuals', 'Children and adults'],
  ['families', 'Families'],
  ['upperBound', 'At most (people)'],
];

/**
 * What was published of these columns when the quarter closed, beside what the same count is at the report’s position. The published form is rounded and
 * suppressed, so that a difference of a few is no restatement.
 */
export function publishedSection(
  of: PartOf,
  quarter: PublishedQuarterView | undefined,
  answer: FigureRowsAnswer,
  columns: readonly ReachColumn[],
): ReportSection {
  const id = `${of.key}-published`;
  const title = 'Restatement';
  if (quarter?.standing !== 'published' || quarter.figures === null)
    return { id, title, finding: whyNothing(of.label, quarter), tables: [] };
  const cells = new Cells(quarter.figures);
  const row = answer.rows.find(({ scope }) => scope === of.scope);
  const shown = published.filter(([column]) => columns.includes(column));
  const counts = shown.map(([column, name]) => {
    const cell = { figure: 'reach', scope: of.scope, dimensions: [], column };
    return { column, name, then: cells.shownOf(cell), now: valueOf(row, column), shown: cellOf(row, column) };
  });
  const people = counts.find(({ column }) => column === 'individuals');
  return {
    id,
    title,
    finding:
      people === undefined || people.now === null
        ? undefined
        : `${of.label} closed at ledger position ${number(quarter.closing)}: ${people.then === null ? 'a suppressed number of' : number(people.then)} children and adults were published, and ${number(people.now)} are counted at position ${number(answer.position)}.`,
    tables: [
      {
        caption: `As published when ${of.label} closed, and as counted since`,
        heads: ['Count', 'As published', 'As counted'],
        rows: counts.map(({ name, then, shown: now }) => ({
          name,
          cells: [then ?? SUPPRESSED, now],
          status: then === null ? 'Published value suppressed' : 'Published',
        })),
        definition: `${nameOf(reach)}: ${reach.title}; published under ${quarter.figures.disclosure}.`,
        n: peopleCounted(people?.now ?? null),
        denominator: 'None: counts, not shares.',
        ...{ position: answer.position, disclosure: answer.disclosure },
      },
    ],
    notes: [
      'Published counts are rounded, and small ones suppressed, so that a difference of a few is no restatement. What changed, and why, is in the comparison of the quarter (kinledger quarter compare).',
    ],
  };
}

function whyNothing(label: string, quarter: PublishedQuarterView | undefined): string {
  if (quarter === undefined) return `${label} is not closed: its figures can change without a restatement.`;
  if (quarter.publishedAt === null) return `${label} is closed, and its figures are being computed.`;
  return quarter.standing === 'withdrawn'
    ? `${label} is closed, and its published figures were withdrawn.`
    : `${label} is closed, and its figures are not published yet.`;
}
