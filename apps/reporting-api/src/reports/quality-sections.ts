import { parsePeriod } from '@kinledger/domain';
import { datasetName, findingName, type DatasetOfService } from '@kinledger/page-kit/names';
import type { QuartersAnswer } from '../figures/reach-answer.js';
import type { QualityRow } from '../submissions/submissions.js';
import type { PartOf } from './reach-sections.js';
import type { ReportRow, ReportSection } from './report.js';
import { number, shareOf } from './shares.js';

const MAX_FINDINGS = 40;

/** What is known of the quality of a service’s files, or of all. */
export interface Quality {
  readonly rows: readonly QualityRow[];
  readonly position: number;
  readonly names: ReadonlyMap<string, DatasetOfService>;
  /** Whether rows are shown period by period. */
  readonly byPeriod: boolean;
}

type Counts = Pick<
  QualityRow,
  'files' | 'read' | 'accepted' | 'warned' | 'rejected' | 'linked' | 'unlinkable' | 'referred'
>;
const countNames = [
  ...(['files', 'read', 'accepted', 'warned', 'rejected'] as const),
  ...(['linked', 'unlinkable', 'referred'] as const),
] as const;

const added = (rows: readonly Counts[]): Counts =>
  // One sum for each count.
  Object.fromEntries(
    countNames.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)]),
  ) as unknown as Counts;

/** Rows that linkage could tell whose they are, of those that it had to. */
const linkable = ({ linked, unlinkable, referred }: Counts): string | null =>
  shareOf(linked, linked + unlinkable + referred);

const atIntake = (name: string, counts: Counts, isWhole = false): ReportRow => ({
  name,
  cells: [
    ...[counts.files, counts.read, counts.accepted, shareOf(counts.accepted, counts.read)],
    ...[counts.rejected, counts.warned],
  ],
  ...{ status: 'Counted', isWhole },
});

const atLinkage = (name: string, counts: Counts, isWhole = false): ReportRow => ({
  name,
  cells: [counts.linked, counts.unlinkable, counts.referred, linkable(counts)],
  ...{ status: 'Counted', isWhole },
});

/** Coverage, completeness and validity, linkage and timeliness of files, as far as they are recorded. */
export function qualitySections(of: PartOf, quality: Quality): readonly ReportSection[] {
  const { rows, names, position, byPeriod } = quality;
  if (rows.length === 0) return [];
  const whole = added(rows);
  const nameOfRow = (row: QualityRow): string => {
    const name = datasetName(row.dataset, names);
    return byPeriod ? `${name}, ${parsePeriod(row.period)?.label ?? row.period}` : name;
  };
  const groups = [...Map.groupBy(rows, nameOfRow)];
  const findings = new Map<string, number>();
  for (const row of rows)
    for (const [code, count] of Object.entries(row.findings))
      findings.set(code, (findings.get(code) ?? 0) + count);
  const frequent = [...findings].sort(([one, a], [other, b]) => b - a || one.localeCompare(other, 'en'));
  const [most] = frequent;
  const dataset = byPeriod ? 'Dataset and period' : 'Dataset';
  const everyAnd = (line: typeof atIntake): readonly ReportRow[] => [
    ...groups.map(([name, members]) => line(name, added(members))),
    ...(groups.length > 1 ? [line('All', whole, true)] : []),
  ];
  const standing = {
    n: `${number(whole.read)} rows of ${number(whole.files)} files`,
    ...{ position, disclosure: 'none' },
  };
  return [
    {
      id: `${of.key}-rows`,
      title: 'Rows of the files that stand',
      finding:
        whole.read === 0
          ? `${of.scopeName}, ${of.label}: the files hold no rows.`
          : `${of.scopeName}, ${of.label}: ${number(whole.accepted)} of ${number(whole.read)} rows were accepted${share(shareOf(whole.accepted, whole.read))}, and of those that name somebody ${number(whole.linked)} could be linked${share(linkable(whole))}.`,
      tables: [
        {
          caption: `Rows at intake, ${of.label}`,
          heads: [
            ...[dataset, 'Files', 'Rows read', 'Accepted', 'Accepted, share', 'Rejected'],
            'With a warning',
          ],
          rows: everyAnd(atIntake),
          definition:
            'rows of files that are linked and not withdrawn. A cumulative file and a snapshot hold earlier rows again.',
          denominator: 'Rows read.',
          ...standing,
        },
        {
          caption: `Rows at linkage, ${of.label}`,
          heads: [dataset, 'Linked', 'Unlinkable', 'For review', 'Linkable, share'],
          rows: everyAnd(atLinkage),
          definition:
            'rows of the same files that name somebody: linked to a person, without a usable identifier, or waiting for review.',
          denominator: 'Rows that name somebody.',
          ...standing,
        },
      ],
    },
    {
      id: `${of.key}-findings`,
      title: 'Completeness and validity',
      finding:
        most === undefined
          ? 'Nothing was found missing, invalid or repaired.'
          : `The commonest finding is “${findingName(most[0])}”, in ${number(most[1])} of ${number(whole.read)} rows read${share(shareOf(most[1], whole.read))}.`,
      tables:
        most === undefined
          ? []
          : [
              {
                caption: `Findings in rows, ${of.label}`,
                heads: ['Finding', 'Rows', 'Share of rows read'],
                rows: frequent.slice(0, MAX_FINDINGS).map(([code, count]) => ({
                  name: findingName(code),
                  cells: [count, shareOf(count, whole.read)],
                  status: 'Counted',
                })),
                definition:
                  'findings of intake, by rule. A value that is missing counts where the dataset expects it, and one that is not valid where it has one.',
                denominator: 'Rows read, of roles and datasets that the rule does not apply to as well.',
                ...standing,
              },
            ],
      notes:
        frequent.length > MAX_FINDINGS
          ? [`${number(frequent.length - MAX_FINDINGS)} rarer findings are left out.`]
          : [],
    },
    ...timeliness(of, quality),
  ];
}

const share = (text: string | null): string => (text === null ? '' : ` (${text})`);

const DAY_MS = 86_400_000;

/** Days from the end of a file’s period until the last file of it came; of a yearly snapshot, of the year. */
export function timeliness(
  of: PartOf,
  { rows, names, position }: Omit<Quality, 'byPeriod'>,
): readonly ReportSection[] {
  const timed = rows.flatMap((row) => {
    const period = parsePeriod(row.period);
    if (period === undefined || row.receivedOn === null) return [];
    const days = Math.round((Date.parse(row.receivedOn) - Date.parse(period.end)) / DAY_MS);
    return [{ row, label: period.label, days }];
  });
  const days = timed.map((each) => each.days).sort((one, other) => one - other);
  const median = days[Math.floor((days.length - 1) / 2)];
  if (median === undefined) return [];
  return [
    {
      id: `${of.key}-timeliness`,
      title: 'Timeliness',
      finding: `Half of the ${number(days.length)} returns had come ${number(Math.abs(median))} ${Math.abs(median) === 1 ? 'day' : 'days'} ${median < 0 ? 'before' : 'after'} the end of their period, or earlier.`,
      tables: [
        {
          caption: `When files came, ${of.label}`,
          heads: ['Dataset and period', 'Last file received', 'Days after the period'],
          rows: timed.map(({ row, label, days: late }) => ({
            name: `${datasetName(row.dataset, names)}, ${label}`,
            cells: [row.receivedOn, late],
            status: 'Counted',
          })),
          definition:
            'days from the end of a file’s period until the last of its files that stand came; below 0 before it.',
          n: `${number(timed.length)} returns`,
          denominator: 'None.',
          ...{ position, disclosure: 'none' },
        },
      ],
    },
  ];
}

/** How many quarters a file of attendance came for. */
export function coverageSection(of: PartOf, { quarters, position }: QuartersAnswer): ReportSection {
  const received = quarters.filter(({ coverage }) => coverage === 'files-received').length;
  return {
    id: `${of.key}-coverage`,
    title: 'Files received',
    finding: `${of.scopeName}: a file of attendance covers ${number(received)} of ${number(quarters.length)} quarters${share(shareOf(received, quarters.length))}.`,
    tables: [
      {
        caption: `Files of attendance by quarter: ${of.scopeName}`,
        heads: ['Quarter', 'What was received'],
        rows: quarters.map(({ label, coverage }) => ({
          name: label,
          cells: [coverage === 'files-received' ? 'Received' : 'Not received'],
          status: coverage === 'files-received' ? 'Counted' : 'Not known',
        })),
        definition:
          'quarters that a live file of attendance covers, of those from the first with a file to the latest.',
        n: `${number(quarters.length)} quarters`,
        denominator: 'Quarters from the first with a file of the programme to the latest.',
        ...{ position, disclosure: 'none' },
      },
    ],
  };
}
