import { parsePeriod, periodOfDate } from '@kinledger/domain';
import { feedback, nameOf, outcomes, targets } from '@kinledger/figures';
import { dayName } from '@kinledger/page-kit/names';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { MeetingAction } from '../meetings/meeting-action.js';
import type { QualityRow } from '../submissions/submissions.js';
import { partOfWhole } from './figure-findings.js';
import type { ReportRow, ReportSection, ReportTable } from './report.js';
import { number, shareOf, sumOf } from './shares.js';
import { statusOf, valueOf } from './statuses.js';

/** What is known of one service of a supplier. Rows of figures are by quarter; of targets, each of its own period. */
export interface ScoredService {
  readonly service: string;
  readonly name: string;
  readonly quality: readonly QualityRow[];
  readonly feedback: readonly AnsweredRow[];
  readonly outcomes: readonly AnsweredRow[];
  readonly targets: readonly AnsweredRow[];
  readonly actions: readonly MeetingAction[];
}

/** A quarter of the scorecard: the latest is the last. */
export interface ScoredQuarter {
  readonly code: string;
  readonly label: string;
}

interface Asked {
  readonly supplier: string;
  readonly position: number;
}

/** Rules of intake that find a value missing, and those that find one that is not valid; others repair or judge a whole row. */
const missing: ReadonlySet<string> = new Set(['missing', 'placeholder', 'not-known']);
const harmless =
  /^(?:repaired|zero-restored|from-day-number|day-first|no-consent|duplicate-row|repeated-row)/;

const isMissing = (code: string): boolean => [...missing].some((prefix) => code.startsWith(`${prefix}-`));

const DAY_MS = 86_400_000;

/** What a supplier’s files say of themselves in one quarter or service. */
interface Scored {
  readonly returns: number;
  /** Days from the end of the period until the last file, the median; null without files. */
  readonly days: number | null;
  readonly read: number;
  readonly accepted: number;
  readonly missing: number;
  readonly invalid: number;
  readonly linked: number;
  readonly due: number;
}

function scored(rows: readonly QualityRow[]): Scored {
  const sum = (of: (row: QualityRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const findings = (isOf: (code: string) => boolean) =>
    sum((row) => Object.entries(row.findings).reduce((all, [code, n]) => all + (isOf(code) ? n : 0), 0));
  const days = rows
    .flatMap(({ period, receivedOn }) => {
      const end = parsePeriod(period)?.end;
      if (end === undefined || receivedOn === null) return [];
      return [Math.round((Date.parse(receivedOn) - Date.parse(end)) / DAY_MS)];
    })
    .toSorted((one, other) => one - other);
  return {
    returns: rows.length,
    days: days[Math.floor((days.length - 1) / 2)] ?? null,
    read: sum((row) => row.read),
    accepted: sum((row) => row.accepted),
    missing: findings(isMissing),
    invalid: findings((code) => !isMissing(code) && !harmless.test(code)),
    linked: sum((row) => row.linked),
    due: sum((row) => row.linked + row.unlinkable + row.referred),
  };
}

/** Findings for each hundred rows, with one decimal. */
const perHundred = (count: number, rows: number): number | null =>
  rows === 0 ? null : Math.round((1000 * count) / rows) / 10;

const filesHeads = [
  ...['Returns', 'Days after the period', 'Accepted', 'Missing, per 100 rows', 'Not valid, per 100 rows'],
  'Linkable',
];

const fileCells = (one: Scored) => [
  ...[one.returns, one.days, shareOf(one.accepted, one.read)],
  ...[perHundred(one.missing, one.read), perHundred(one.invalid, one.read), shareOf(one.linked, one.due)],
];

const fileRow = (name: string, rows: readonly QualityRow[]): ReportRow => ({
  name,
  cells: fileCells(scored(rows)),
  status: rows.length === 0 ? 'No files received' : 'Counted',
});

const filesDefinition =
  'files that are linked and not withdrawn. Days from the end of their period until the last of them came, the median; findings of intake for each hundred rows read; linkable: rows linked, of those that name somebody.';

/** How the supplier’s files came, quarter by quarter, and service by service in the latest. */
export function filesSections(
  { supplier, position }: Asked,
  services: readonly ScoredService[],
  quarters: readonly ScoredQuarter[],
): readonly ReportSection[] {
  const all = services.flatMap(({ quality }) => quality);
  const of = (code: string) => all.filter(({ period }) => period === code);
  const latest = quarters.at(-1);
  if (latest === undefined) return [];
  const now = scored(of(latest.code));
  const linkable = quarters.map(({ code }) => {
    const { linked, due } = scored(of(code));
    return perHundred(linked, due);
  });
  const about = {
    definition: filesDefinition,
    denominator: 'Rows read; of linkable, rows that name somebody.',
    ...{ position, disclosure: 'none' },
  };
  return [
    {
      id: 'scorecard-files',
      title: 'Timeliness, completeness, validity and linkable share',
      finding:
        now.returns === 0
          ? `${supplier}: no file stands for ${latest.label}.`
          : now.days === null || now.due === 0
            ? undefined
            : `${supplier}, ${latest.label}: half of ${number(now.returns)} ${now.returns === 1 ? 'return' : 'returns'} had come ${number(Math.abs(now.days))} days ${now.days < 0 ? 'before' : 'after'} the end of the quarter or earlier, and ${partOfWhole(now.linked, now.due, 'rows that name somebody')} could be linked.`,
      chart:
        quarters.length < 2 || linkable.every((share) => share === null)
          ? undefined
          : {
              title: `Rows that could be linked by quarter, per cent: ${supplier}`,
              description:
                'A bar for each quarter: of the rows that name somebody, how many of a hundred could be linked. The table that follows holds the same figures.',
              categories: quarters.map(({ label }) => label),
              bars: [
                {
                  name: 'Linkable, %',
                  values: linkable,
                },
              ],
              unknown: 'No files',
              order: 'time',
            },
      tables: [
        {
          caption: `Files by quarter: ${supplier}`,
          heads: ['Quarter', ...filesHeads],
          rows: quarters.map(({ code, label }) => fileRow(label, of(code))),
          n: `${number(quarters.length)} ${quarters.length === 1 ? 'quarter' : 'quarters'}`,
          ...about,
        },
        {
          caption: `Files by service, ${latest.label}: ${supplier}`,
          heads: ['Service', ...filesHeads],
          rows: services.map(({ name, quality }) =>
            fileRow(
              name,
              quality.filter(({ period }) => period === latest.code),
            ),
          ),
          n: `${number(services.length)} ${services.length === 1 ? 'service' : 'services'}`,
          ...about,
        },
      ],
    },
  ];
}

/** Reach of the supplier’s services against their targets, period by period. */
export function targetsSection(
  { supplier, position }: Asked,
  services: readonly ScoredService[],
): ReportSection {
  const rows = services.flatMap(({ name, targets: of }) => of.map((row) => ({ name, row })));
  const rated = rows.flatMap(({ row: { rating } }) => (typeof rating === 'string' ? [rating] : []));
  const green = rated.filter((rating) => rating === 'green').length;
  return {
    id: 'scorecard-targets',
    title: 'Reach against targets',
    finding:
      rated.length === 0
        ? `${supplier}: no target has a rating.`
        : `${supplier}: ${partOfWhole(green, rated.length, rated.length === 1 ? 'target' : 'targets')} ${green === 1 ? 'is' : 'are'} green.`,
    tables:
      rows.length === 0
        ? []
        : [
            {
              caption: `Reach against targets: ${supplier}`,
              heads: ['Service, period and whom', 'Reached', 'Target', 'Share', 'Rating'],
              rows: rows.map(({ name, row }) => ({
                name: `${name}, ${parsePeriod(String(row['targetPeriod']))?.label ?? ''}, ${String(row['of'])}`,
                cells: [
                  ...[valueOf(row, 'reached'), valueOf(row, 'target')],
                  shareOf(valueOf(row, 'reached'), valueOf(row, 'target')),
                  typeof row['rating'] === 'string' ? row['rating'] : null,
                ],
                status: statusOf(row, ['reached']),
              })),
              definition: `${nameOf(targets)}: ${targets.title}.`,
              n: `${number(rows.length)} ${rows.length === 1 ? 'target' : 'targets'}`,
              denominator: 'The target.',
              ...{ position, disclosure: 'none' },
            },
          ],
  };
}

const quarterOf = ({ start }: AnsweredRow): string | undefined =>
  typeof start === 'string' ? periodOfDate(start)?.code : undefined;

/** Feedback and first-to-last pairs, quarter by quarter. */
export function answersSection(
  { supplier, position }: Asked,
  services: readonly ScoredService[],
  quarters: readonly ScoredQuarter[],
): ReportSection {
  const total = (rows: readonly AnsweredRow[], ...columns: readonly string[]): number | null =>
    sumOf(rows.flatMap((row) => columns.map((column) => valueOf(row, column))));
  const inQuarter = (rows: readonly AnsweredRow[], code: string) =>
    rows.filter((row) => quarterOf(row) === code);
  const told = quarters.map(({ code, label }) => {
    const answered = inQuarter(
      services.flatMap((each) => each.feedback),
      code,
    ).filter(({ respondent }) => respondent === 'families');
    const paired = inQuarter(
      services.flatMap((each) => each.outcomes),
      code,
    );
    return {
      label,
      answers: total(answered, 'answers'),
      top: total(answered, 'topTwo'),
      pairs: total(paired, 'pairs'),
      unpaired: total(paired, 'noLast', 'outsideWindow', 'otherInformant'),
      isKnown: answered.length + paired.length > 0,
    };
  });
  const latest = told.at(-1);
  const table = (
    caption: string,
    part: Pick<ReportTable, 'heads' | 'rows' | 'definition' | 'denominator'>,
  ) => ({
    ...{ caption: `${caption}: ${supplier}`, ...part },
    n: `${number(told.length)} ${told.length === 1 ? 'quarter' : 'quarters'}`,
    ...{ position, disclosure: 'none' },
  });
  return {
    id: 'scorecard-answers',
    title: 'Feedback, and first-to-last pairs',
    finding:
      latest === undefined || latest.pairs === null || latest.answers === null || latest.top === null
        ? undefined
        : `${supplier}, ${latest.label}: ${partOfWhole(latest.top, latest.answers, 'answers of families')} are one of the two highest, and ${number(latest.pairs)} first scores have a last one.`,
    tables: [
      table('Feedback of families by quarter', {
        heads: ['Quarter', 'Answers', 'Two highest', 'Share'],
        rows: told.map(({ label, answers, top, isKnown }) => ({
          name: label,
          cells: [answers, top, shareOf(top, answers)],
          status: isKnown ? 'Counted' : 'Nothing received',
        })),
        definition: `${nameOf(feedback)}: ${feedback.title}.`,
        denominator: 'Answers of families.',
      }),
      table('First-to-last pairs by quarter', {
        heads: ['Quarter', 'Pairs', 'Not paired', 'Share paired'],
        rows: told.map(({ label, pairs, unpaired, isKnown }) => ({
          name: label,
          cells: [pairs, unpaired, shareOf(pairs, sumOf([pairs, unpaired]))],
          status: isKnown ? 'Counted' : 'Nothing received',
        })),
        definition: `${nameOf(outcomes)}: ${outcomes.title}. Pairs stand in the quarter of the last score, others in that of the first.`,
        denominator: 'First scores with and without a last.',
      }),
    ],
  };
}

/** What is open: actions of data meetings, and rows that wait for review. */
export function issuesSection(
  { supplier, position }: Asked,
  services: readonly ScoredService[],
): ReportSection {
  const rows = services.map(({ name, actions, quality }) => {
    const open = actions.filter(({ state }) => state === 'open');
    return {
      name,
      open: open.length,
      due: open.map(({ due }) => due).toSorted()[0],
      waiting: quality.reduce((sum, { referred }) => sum + referred, 0),
    };
  });
  const open = rows.reduce((sum, row) => sum + row.open, 0);
  const about = {
    n: `${number(services.length)} ${services.length === 1 ? 'service' : 'services'}`,
    denominator: 'None: counts, not shares.',
    disclosure: 'none',
  };
  return {
    id: 'scorecard-issues',
    title: 'Open issues',
    finding: `${supplier}: ${open === 1 ? 'one action of a data meeting is' : `${number(open)} actions of data meetings are`} open.`,
    tables: [
      {
        caption: `Open actions: ${supplier}`,
        heads: ['Service', 'Open actions', 'First due'],
        rows: rows.map((row) => ({
          name: row.name,
          cells: [row.open, row.due === undefined ? 'None' : dayName(row.due)],
          status: 'Counted',
        })),
        definition: 'open actions of the service’s data meetings.',
        ...about,
        // Actions are not in the ledger, and change at one position of it.
        position: null,
      },
      {
        caption: `Rows for review: ${supplier}`,
        heads: ['Service', 'Rows for review'],
        rows: rows.map((row) => ({ name: row.name, cells: [row.waiting], status: 'Counted' })),
        definition: 'rows of files that stand which wait for review.',
        ...{ ...about, position },
      },
    ],
  };
}
