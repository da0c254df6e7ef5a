import {
  Cells,
  figures,
  nameOf,
  reach,
  reachRedefined,
  SUPPRESSED,
  type ReachColumn,
} from '@kinledger/figures';
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
  const closedBy = quarter.figures.figures.find(
    ({ figure }) => figure.replace(/@.*$/, '') === reach.id,
  )?.figure;
  const wanted = published.filter(([column]) => columns.includes(column));
  const shown = wanted.filter(([column]) => !isRedefined(closedBy, column));
  const leftOut = wanted.filter((each) => !shown.includes(each)).map(([, name]) => name);
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
        definition: `${nameOf(reach)}: ${reach.title}; published ${closedBy === undefined || closedBy === nameOf(reach) ? '' : `as ${closedBy} `}under ${quarter.figures.disclosure}.`,
        n: peopleCounted(people?.now ?? null),
        denominator: 'None: counts, not shares.',
        ...{ position: answer.position, disclosure: answer.disclosure },
      },
    ],
    notes: [
      'Published counts are rounded, and small ones suppressed, so that a difference of a few is no restatement. What changed, and why, is in the comparison of the quarter (kinledger quarter compare).',
      ...(leftOut.length === 0
        ? []
        : [
            `Left out: ${leftOut.join(', ')}. The quarter closed with ${closedBy ?? 'no reach'}, which counts otherwise than ${nameOf(reach)}, so that a difference would be no restatement.`,
          ]),
    ],
  };
}

/** Whether the version that closed a quarter counts otherwise what it calls by this name, or does not count it. */
const isRedefined = (closedBy: string | undefined, column: ReachColumn): boolean => {
  const then = figures.find((figure) => nameOf(figure) === closedBy);
  return then?.columns[column] === undefined || reachRedefined(then.version).includes(column);
};

function whyNothing(label: string, quarter: PublishedQuarterView | undefined): string {
  if (quarter === undefined) return `${label} is not closed: its figures can change without a restatement.`;
  if (quarter.publishedAt === null) return `${label} is closed, and its figures are being computed.`;
  return quarter.standing === 'withdrawn'
    ? `${label} is closed, and its published figures were withdrawn.`
    : `${label} is closed, and its figures are not published yet.`;
}
