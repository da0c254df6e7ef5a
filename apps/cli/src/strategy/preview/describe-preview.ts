import type {
  Change,
  ChangeExample,
  ExampleKind,
  FamilyChanges,
  LinkageChanges,
  RelationshipChanges,
  RoleChanges,
  SourceChanges,
} from '@kinledger/decisions';
import { AFTER_DISCLOSURE_CONTROL } from '../../output/disclosed.js';
import { count } from '../../output/output.js';
import { right, table, type Column } from '../../output/table.js';
import { codes, type PreviewNames } from './preview-names.js';
import type { StrategyPreview } from './strategy-preview.js';

/** A column, with a longer title for a page, where the title alone is unclear. */
export interface PreviewColumn extends Column {
  readonly inFull?: string;
}

/** One table of a preview, for text and for a page alike. */
export interface PreviewTable {
  readonly title: string;
  /** What a reader has to know of it. */
  readonly note?: string;
  /** What the command gives beside it: for text alone. */
  readonly hint?: string;
  readonly columns: readonly PreviewColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Said in place of a table without rows. */
  readonly empty: string;
  readonly isExample?: boolean;
}

/**
 * What adopting a strategy would do, for people.
 * @param scope of which figures are told, or `all`.
 */
export const describePreview = (preview: StrategyPreview, scope: string): string =>
  [headOf(preview).join('\n'), ...[...tablesOf(preview), ...figureTables(preview, scope)].map(textOf)].join(
    '\n\n',
  );

const textOf = ({ title, note, hint, columns, rows, empty }: PreviewTable): string => {
  const notes = [note, hint].filter((one) => one !== undefined);
  return [
    title,
    ...(rows.length === 0 ? [`  ${empty}`] : [table(columns, rows)]),
    ...(notes.length === 0 ? [] : [notes.join(' ')]),
  ].join('\n');
};

/** What is compared. */
export function headOf({ asAt, inForce, proposed, isInForce, events }: StrategyPreview): string[] {
  const named = ({ strategy, digest }: typeof inForce) => `${strategy} (${digest.slice(0, 12)})`;
  return [
    `In force at ledger position ${count(asAt)}: ${named(inForce)}. Proposed: ${named(proposed)}.`,
    isInForce
      ? 'The proposed strategy is in force already: nothing changes.'
      : `Adopting it would write ${count(events)} ${events === 1 ? 'event' : 'events'}. Nothing was written.`,
  ];
}

/** Every table, in the order in which a reader needs them. */
export const tablesOf = ({ linkage }: StrategyPreview, names: PreviewNames = codes): PreviewTable[] =>
  linkage === undefined
    ? []
    : [
        individualsTable(linkage),
        sourcesTable(linkage),
        referralsTable(linkage, names),
        kinTable(linkage),
        ...exampleTables(linkage.examples, names),
      ];

/** The counts that change, quarter by quarter. */
export function figureTables(
  { quarters, isShown = false }: StrategyPreview,
  scope: string,
  names: PreviewNames = codes,
): PreviewTable[] {
  if (quarters === undefined) return [];
  const rows = quarters.flatMap(({ period, isClosed, cells }) =>
    cells
      .filter((cell) => scope === 'all' || cell.scope === scope)
      .map((cell) => [
        isClosed ? `${names.quarter(period)} closed` : names.quarter(period),
        names.figure(cell.figure),
        [names.scope(cell.scope), ...cell.dimensions.map((value) => value ?? 'unknown')].join(' '),
        ...[names.count(cell.column), number(cell.before), number(cell.after)],
        cell.change === null ? SUPPRESSED : signed(cell.change),
      ]),
  );
  return [
    quartersTable(quarters, names),
    {
      title:
        scope === 'all' ? 'Figures that would change' : `Figures that would change: ${names.scope(scope)}`,
      ...(isShown
        ? {
            note: `${SUPPRESSED}: suppressed. Each number is rounded by itself, so that they need not add up. This is ${AFTER_DISCLOSURE_CONTROL}.`,
          }
        : {
            hint: `Exact counts: for the programme’s own team. --shown gives what is left ${AFTER_DISCLOSURE_CONTROL}.`,
          }),
      columns: [
        ...['Quarter', 'Figure', 'Scope', 'Count'].map((title) => ({ title })),
        ...['Before', 'After', 'Change'].map(right),
      ],
      rows,
      empty: 'None.',
    },
  ];
}

const SUPPRESSED = '[c]';
const number = (value: number | null): string => (value === null ? SUPPRESSED : count(value));

const quartersTable = (
  quarters: NonNullable<StrategyPreview['quarters']>,
  names: PreviewNames,
): PreviewTable => ({
  title: 'Quarters',
  note: 'Closed: what was published stands, and "kinledger quarter compare" would show these changes.',
  columns: [
    ...[{ title: 'Quarter' }, { title: '', inFull: 'State' }],
    ...[right('Counts'), { ...right('of these would change'), inFull: 'Counts that would change' }],
  ],
  rows: quarters.map(({ period, isClosed, counts, cells }) => [
    ...[names.quarter(period), isClosed ? 'closed' : 'open', count(counts), count(cells.length)],
  ]),
  empty: 'No quarter has figures.',
});

const pair = ({ before, after }: Change): string[] => [count(before), count(after)];
const signed = (value: number): string =>
  value > 0 ? `+${count(value)}` : value < 0 ? `−${count(-value)}` : '0';

const individualsTable = ({ individuals }: LinkageChanges): PreviewTable => ({
  title: 'Individuals',
  note: 'Merged: so many individuals become so many, of so many records; split likewise.',
  columns: [
    { title: 'Role' },
    ...['Before', 'After', 'Change', 'Merged'].map(right),
    { ...right('into'), inFull: 'Merged into' },
    { ...right('Records'), inFull: 'Records of the merged' },
    right('Split'),
    { ...right('into'), inFull: 'Split into' },
    { ...right('Records'), inFull: 'Records of the split' },
  ],
  rows: individuals.map(({ role, before, after, merges, splits }: RoleChanges) => [
    role,
    ...[count(before), count(after), signed(after - before)],
    ...[count(merges.individuals), count(merges.groups), count(merges.records)],
    ...[count(splits.groups), count(splits.individuals), count(splits.records)],
  ]),
  empty: 'The ledger has no live records.',
});

const sourcesTable = ({ sources }: LinkageChanges): PreviewTable => ({
  title: 'Datasets whose live records are concerned',
  note: 'Joining: set aside before, linked afterwards; alone: as an individual of its own. Leaving: the reverse.',
  hint: '--json has every dataset.',
  columns: [
    ...['Dataset', 'Role'].map((title) => ({ title })),
    ...['Live', 'Linked'].map(right),
    { ...right('after'), inFull: 'Linked after' },
    right('Joining'),
    { ...right('alone'), inFull: 'Joining alone' },
    ...['Leaving', 'In merges', 'In splits', 'Doubts'].map(right),
    { ...right('after'), inFull: 'Doubts after' },
  ],
  rows: sources
    .filter(isConcerned)
    .map((source: SourceChanges) => [
      ...[source.dataset, source.role, count(source.live), ...pair(source.linked)],
      ...[source.joining.toOthers, source.joining.alone, source.leaving, source.merged, source.split].map(
        count,
      ),
      ...pair(source.referrals),
    ]),
  empty: 'None.',
});

const isConcerned = ({ joining, leaving, merged, split, referrals }: SourceChanges): boolean =>
  joining.toOthers + joining.alone + leaving + merged + split > 0 || referrals.before !== referrals.after;

const referralsTable = ({ referrals }: LinkageChanges, names: PreviewNames): PreviewTable => ({
  title: 'Doubts that wait for a person',
  note: 'Settled: their records are one individual afterwards. Lapsed: the doubt is gone, and they are not.',
  columns: [{ title: 'Reason' }, ...['Before', 'After', 'Opened', 'Settled', 'Lapsed', 'Staying'].map(right)],
  rows: referrals.map(({ reason, before, after, opened, settled, lapsed, staying }) => [
    names.reason(reason),
    ...[before, after, opened, settled, lapsed, staying].map(count),
  ]),
  empty: 'There are none, before or after.',
});

const kinTable = ({ relationships, families }: LinkageChanges): PreviewTable => ({
  title: 'Relationships and families',
  columns: [
    { title: '', inFull: 'What' },
    ...['Before', 'After', 'Formed', 'Ended', 'With other members'].map(right),
  ],
  rows: [
    ...relationships.map(({ kind, before, after, identified, ended }: RelationshipChanges) => [
      `relationships, ${kind}`,
      ...[before, after, identified, ended].map(count),
      '',
    ]),
    ...families.map(({ scope, before, after, formed, dissolved, changed }: FamilyChanges) => [
      `families, ${scope}`,
      ...[before, after, formed, dissolved, changed].map(count),
    ]),
  ],
  empty: 'There are none, before or after.',
});

const exampleTitles: Readonly<Record<ExampleKind, string>> = {
  merges: 'Examples of individuals that would merge: a record of each',
  splits: 'Examples of individuals that would split: a record of each part',
  joining: 'Examples of records that would be linked: each with a record of its individual',
  leaving: 'Examples of records that would be set aside',
  referrals: 'Examples of doubts that would open: the record that is referred, and its candidates',
};

const MILLIBITS = 1_000;
const RECORDS_SHOWN = 3;

function exampleTables(examples: LinkageChanges['examples'], names: PreviewNames): PreviewTable[] {
  return Object.entries(exampleTitles).flatMap(([kind, title]) => {
    const shown = examples[kind as ExampleKind]; // keys of the titles
    if (shown.length === 0) return [];
    return [
      {
        title,
        columns: [{ title: 'Records' }, { title: 'Why' }, right('Bits')],
        rows: shown.map((example) => exampleRow(example, names)),
        empty: '',
        isExample: true,
      },
    ];
  });
}

const exampleRow = ({ records, rule, reason, score }: ChangeExample, names: PreviewNames): string[] => [
  [
    ...records.slice(0, RECORDS_SHOWN),
    ...(records.length > RECORDS_SHOWN ? [`and ${records.length - RECORDS_SHOWN} more`] : []),
  ].join('\n'),
  reason === undefined ? (rule ?? '') : names.reason(reason),
  score === undefined ? '' : (score / MILLIBITS).toFixed(1),
];
