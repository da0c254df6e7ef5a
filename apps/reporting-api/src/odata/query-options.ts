import type { GoldenTable, NamedColumn } from '@kinledger/golden';
import { columnsOf } from '@kinledger/golden';
import { z } from 'zod';
import { filterSql, narrowingOf, type Condition, type Narrowing } from './filter-sql.js';
import { refused } from './refused.js';

/** Where the page before ended. */
export interface Place {
  readonly position: number;
  readonly offset: number;
  /** The key of its last row, where the order is that of the key. */
  readonly key: readonly (string | number)[] | undefined;
}

/** What a query of a set asks for. */
export interface QueryOptions {
  readonly columns: readonly NamedColumn[];
  readonly where: Condition | undefined;
  readonly narrowing: Narrowing;
  readonly orderBy: readonly { readonly column: NamedColumn; readonly descending: boolean }[];
  readonly top: number | undefined;
  readonly skip: number;
  readonly count: boolean;
  readonly page: Place | undefined;
  /** The query without its place, for the address of the next page. */
  readonly others: readonly (readonly [name: string, value: string])[];
}

const known = ['$select', '$filter', '$orderby', '$top', '$skip', '$count', '$skiptoken', '$format'];
const LARGEST = 2_147_483_647;

/**
 * Reads the query of an address. Options of OData may be written with or without the dollar sign in front, as OData 4.01
 * has it.
 * @throws Problem 400 for an option that is unknown, given twice or not valid.
 */
export function queryOptions(query: string, table: GoldenTable): QueryOptions {
  const options = optionsOf(query);
  const columns = columnsOf(table);
  const filter = options.get('$filter');
  const format = options.get('$format');
  if (format !== undefined && !/^(json|application\/json(;.*)?)$/.test(format))
    throw refused('$format is json: this service answers in no other.');
  const token = options.get('$skiptoken');
  return {
    columns: selected(options.get('$select'), columns),
    where: filter === undefined ? undefined : filterSql(filter, columns),
    narrowing: filter === undefined ? { where: [], whole: true } : narrowingOf(filter, columns),
    orderBy: ordered(options.get('$orderby'), columns),
    top: wholeNumber('$top', options.get('$top')),
    skip: wholeNumber('$skip', options.get('$skip')) ?? 0,
    count: flag(options.get('$count')),
    page: token === undefined ? undefined : placeOf(token),
    others: [...options].filter(([name]) => name !== '$skiptoken'),
  };
}

/** The address of the page that begins at this row. */
export const nextAddress = (set: string, { others }: QueryOptions, place: Place): string =>
  `${set}?${[...others, ['$skiptoken', tokenOf(place)] as const]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`;

function optionsOf(query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const [given, value] = [
      decoded(at < 0 ? part : part.slice(0, at)),
      decoded(at < 0 ? '' : part.slice(at + 1)),
    ];
    const name = given.startsWith('$') ? given : `$${given}`;
    if (!known.includes(name)) throw refused(`This service takes ${known.join(', ')} and nothing else.`);
    if (options.has(name)) throw refused('An option is given twice.');
    options.set(name, value);
  }
  return options;
}

/** @throws Problem 400 for a text that is not percent-encoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    throw refused('The address is not encoded as addresses are.');
  }
}

function selected(text: string | undefined, columns: readonly NamedColumn[]): readonly NamedColumn[] {
  if (text === undefined || text.trim() === '*') return columns;
  const names = new Set(text.split(',').map((name) => columnNamed('$select', name.trim(), columns).name));
  return columns.filter(({ name }) => names.has(name));
}

function columnNamed(option: string, name: string, columns: readonly NamedColumn[]): NamedColumn {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) throw refused(`${option} names a property that the set does not have.`);
  return column;
}

function ordered(text: string | undefined, columns: readonly NamedColumn[]): QueryOptions['orderBy'] {
  return (text ?? '')
    .split(',')
    .filter((_, place) => text !== undefined || place > 0)
    .map((part) => {
      const [name = '', direction = 'asc', ...rest] = part.trim().split(/ +/);
      if (rest.length > 0 || !['asc', 'desc'].includes(direction))
        throw refused('$orderby has properties with asc or desc behind them, and commas between.');
      return { column: columnNamed('$orderby', name, columns), descending: direction === 'desc' };
    });
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > LARGEST)
    throw refused(`${option} is a whole number of at most ${LARGEST}.`);
  return Number(text);
}

function flag(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text !== 'true') throw refused('$count is true or false.');
  return true;
}

const tokenOf = ({ position, offset, key }: Place): string =>
  [
    position,
    offset,
    ...(key === undefined ? [] : [Buffer.from(JSON.stringify(key)).toString('base64url')]),
  ].join('-');

function placeOf(token: string): Place {
  const [, position, offset, key] = /^(\d{1,15})-(\d{1,10})(?:-([\w-]{1,2000}))?$/.exec(token) ?? [];
  if (position === undefined || offset === undefined) throw notGiven();
  return {
    ...{ position: Number(position), offset: Number(offset) },
    key: key === undefined ? undefined : keyOf(key),
  };
}

const keyValues = z.array(z.union([z.string(), z.number()])).min(1);

function keyOf(text: string): readonly (string | number)[] {
  try {
    return keyValues.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw notGiven();
  }
}

const notGiven = () => refused('$skiptoken is none that this service gave.');
