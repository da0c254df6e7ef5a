import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** The value of a cell. An object is written as JSON, a Buffer as bytea. */
export type CopyValue =
  string | number | boolean | Uint8Array | readonly string[] | object | null | undefined;

const FLUSH_BYTES = 256 * 1024;

/**
 * Writes rows with one COPY, in the client's present transaction. `table` and `columns` are trusted identifiers. Takes
 * rows only as fast as the socket does, so memory is bounded.
 */
export async function copyInto(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly CopyValue[]>,
): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  failed.catch(() => undefined);
  let count = 0;
  let pending = '';
  for (const row of rows) {
    pending += encodeRow(row);
    count += 1;
    if (pending.length < FLUSH_BYTES) continue;
    const more = stream.write(pending);
    pending = '';
    if (!more) await Promise.race([once(stream, 'drain'), failed]);
  }
  const finished = once(stream, 'finish');
  finished.catch(() => undefined);
  stream.end(pending);
  await Promise.race([finished, failed]);
  return count;
}

function encodeRow(row: readonly CopyValue[]): string {
  let line = '';
  for (let index = 0; index < row.length; index += 1) {
    line += (index === 0 ? '' : '\t') + encodeCell(row[index]);
  }
  return line + '\n';
}

function encodeCell(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Uint8Array) {
    return `\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  }
  if (Array.isArray(value)) return escape(arrayLiteral(value as readonly string[]));
  return escape(JSON.stringify(value));
}

const arrayLiteral = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

const special = /[\\\t\n\r]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(text: string): string {
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (match) => escapes[match] ?? match) : text;
}
