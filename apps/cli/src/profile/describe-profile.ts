import type { ProfileComparison, ProfiledColumn } from '@kinledger/intake-files/profiling';
import { count, percent } from '../output/output.js';
import { right, table } from '../output/table.js';
import type { ProfileDocument } from './profile-of.js';

const kindNames: Readonly<Record<ProfiledColumn['kind'], string>> = {
  digest: 'digests',
  email: 'email addresses',
  'nhs-number': 'NHS numbers',
  mobile: 'mobile numbers',
  postcode: 'postcodes',
  lsoa: 'LSOA codes',
  'birth-date': 'dates of birth',
  date: 'dates',
  'birth-month': 'months',
  gender: 'gender',
  boolean: 'yes or no',
  integer: 'whole numbers',
  number: 'numbers',
  'first-name': 'first names',
  name: 'names',
  address: 'addresses',
  'row-id': 'each value once',
  code: 'a few values',
  'free-text': 'free text',
  text: 'text',
  empty: 'nothing',
};

const delimiterNames = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' } as const;

/** A profile as a person reads it. */
export function describeProfile(profile: ProfileDocument): string {
  const { columns } = profile;
  return [
    `${profile.file}: ${extentOf(profile)}`,
    tableOf(columns),
    ...partsOf(profile).map(({ title, lines, otherwise }) =>
      lines.length === 0 ? (otherwise ?? '') : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n'),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** How much a file holds and how it was read, in words. */
export function extentOf({ rows, blankRows, columns, read }: ProfileDocument): string {
  const blank = blankRows === 0 ? '' : `, and ${count(blankRows)} blank ones`;
  const form =
    read.delimiter === null
      ? `${read.format}, sheet "${read.sheet ?? ''}"`
      : `${read.encoding}, ${delimiterNames[read.delimiter]}`;
  return `${counted(rows, 'row')}${blank}, ${counted(columns.length, 'column')} (${form}, titles in row ${read.headerRow})`;
}

/** Titles of {@link cellsOf}. */
export const columnTitles = ['', 'title', 'holds', 'filled', 'different', 'fit', 'from', 'to'] as const;
const numbers = new Set<string>(['', 'filled', 'different', 'fit']);

const tableOf = (columns: readonly ProfiledColumn[]): string =>
  table(
    columnTitles.map((title) => (numbers.has(title) ? right(title) : { title })),
    columns.map(cellsOf),
  );

/** What is told of a column in one line. */
export function cellsOf(its: ProfiledColumn): readonly string[] {
  const { column, title, kind, filled, empty, noValue, distinct, readAs, range } = its;
  const cells = filled + empty + noValue.reduce((sum, each) => sum + each.cells, 0);
  return [
    String(column),
    title || '(no title)',
    kindNames[kind],
    cells === 0 ? '' : percent(filled / cells),
    `${distinct.more ? 'over ' : ''}${count(distinct.values)}`,
    filled === 0 ? '' : percent(readAs.kept / filled),
    range?.least ?? '',
    range?.greatest ?? '',
  ];
}

/** What a profile tells beside its table, as lines under titles. */
export interface ProfilePart {
  readonly title: string;
  readonly lines: readonly string[];
  /** The sentence that stands in place of no lines; absent if nothing does. */
  readonly otherwise?: string;
}

export const partsOf = (profile: ProfileDocument): readonly ProfilePart[] => [
  {
    title: 'Likely to identify somebody; an agreement has to permit each',
    lines: identifiersOf(profile.columns),
  },
  { title: 'Values', lines: codesOf(profile.columns) },
  { title: 'To look at', lines: toLookAt(profile), otherwise: 'Nothing was found to correct.' },
  ...(profile.since === undefined
    ? []
    : [{ title: 'Since the earlier profile', lines: describeSince(profile.since) }]),
];

const identifiersOf = (columns: readonly ProfiledColumn[]): readonly string[] =>
  columns.flatMap(({ title, column, likelyIdentifier }) =>
    likelyIdentifier === undefined ? [] : [`${nameOf(title, column)}: ${likelyIdentifier.because}`],
  );

const codesOf = (columns: readonly ProfiledColumn[]): readonly string[] =>
  columns.flatMap(({ title, column, codes }) => {
    if (codes === undefined || codes.values.length === 0) return [];
    const values = codes.values.map(({ value, cells }) => `${value} (${count(cells)})`);
    const others = codes.otherCells === 0 ? [] : [`others (${count(codes.otherCells)})`];
    return [`${nameOf(title, column)}: ${[...values, ...others].join(', ')}`];
  });

const toLookAt = ({ columns, findings }: ProfileDocument): readonly string[] => [
  ...findings.map(({ cells, message, suggestion }) => `${counted(cells, 'row')}: ${message} ${suggestion}`),
  ...columns.flatMap((column) =>
    [...missingOf(column), ...column.findings].map(({ cells, message, suggestion }) =>
      `${counted(cells, 'cell')}: ${message} ${suggestion}`.trimEnd(),
    ),
  ),
];

/** Words for "no value" are told, because a dataset counts them as empty. */
function missingOf({ title, column, noValue }: ProfiledColumn) {
  return noValue.map(({ value, cells }) => ({
    cells,
    message: `${nameOf(title, column)} says "${value}", which counts as empty.`,
    suggestion: '',
  }));
}

function describeSince(since: ProfileComparison): readonly string[] {
  const { rows, addedColumns, removedColumns, otherKinds, findings } = since;
  const named = (titles: readonly string[]) => titles.map((title) => `"${title}"`).join(', ');
  return [
    `rows: ${count(rows.before)} before, ${count(rows.now)} now`,
    ...(addedColumns.length === 0 ? [] : [`new columns: ${named(addedColumns)}`]),
    ...(removedColumns.length === 0 ? [] : [`columns that are gone: ${named(removedColumns)}`]),
    ...otherKinds.map(
      ({ title, before, now }) => `"${title}" held ${kindOf(before)} before and holds ${kindOf(now)} now`,
    ),
    ...findings.map(({ before, now, message }) => `${changeOf(before, now)}: ${message}`),
  ];
}

/** An earlier release may have had other kinds. */
const kindOf = (kind: string): string => new Map(Object.entries(kindNames)).get(kind) ?? kind;

function changeOf(before: number, now: number): string {
  if (now === 0) return `corrected (${count(before)})`;
  if (before === 0) return `new (${count(now)})`;
  return now === before ? `unchanged (${count(now)})` : `${count(before)} before, ${count(now)} now`;
}

const counted = (number: number, what: string): string =>
  `${count(number)} ${what}${number === 1 ? '' : 's'}`;

const nameOf = (title: string, column: number): string => (title === '' ? `column ${column}` : `"${title}"`);
