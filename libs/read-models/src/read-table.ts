import type { HandledEventType } from './read-model.js';

/** What a table contains about people, and how that is removed when a person’s records are erased. */
export type Erasure =
  | { readonly holds: 'nobody' }
  /** The content of rows of files. The statement takes the ids of the erased records, an array of uuid, as $1. */
  | { readonly holds: 'what records say'; readonly erase: string }
  /** Ids and what is derived from records: events that the linker writes in the same decision remove it. */
  | { readonly holds: 'what follows from records'; readonly goesWith: readonly HandledEventType[] }
  /** Who decided what about which ids, as the ledger keeps it: it stays, and contains nothing that records said. */
  | { readonly holds: 'what people decided' };

export interface Column {
  readonly name: string;
  /** A PostgreSQL type, such as `uuid[]`. */
  readonly type: string;
}

export interface ReadTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The CREATE TABLE statement, and the indexes that writing needs. */
  readonly sql: string;
  /** Columns that identify a row, in the order in which rows are digested. */
  readonly key: readonly string[];
  readonly erasure: Erasure;
}

/**
 * Describes a table of a read model by its CREATE TABLE statement, which other statements may follow.
 * @param key the first column by default. @throws Error for a statement that cannot be parsed.
 */
export function readTable(
  sql: string,
  { erasure, key }: { readonly erasure: Erasure; readonly key?: readonly string[] },
): ReadTable {
  const [, name, body] = /^CREATE TABLE (\w+) \((.*?)\);$/ms.exec(sql) ?? [];
  if (name === undefined || body === undefined) throw new Error(`no CREATE TABLE statement: ${sql}`);
  const columns = columnsOf(body);
  const [first] = columns;
  if (first === undefined) throw new Error(`table ${name} has no columns`);
  return { name, columns, sql, key: key ?? [first.name], erasure };
}

function columnsOf(body: string): readonly Column[] {
  const parts = body
    .replace(/--[^\n]*/g, '')
    // A comma within parentheses belongs to a constraint.
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim());
  return parts.flatMap((part) => {
    const [, name, type] = /^([a-z_]+) ((?:double precision|[a-z]+)(?:\[\])?)/.exec(part) ?? [];
    return name === undefined || type === undefined ? [] : [{ name, type }];
  });
}
