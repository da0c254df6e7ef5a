import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { MAX_RECORDS_PER_EVENT, readErasure } from '@kinledger/contracts';
import { Failure } from '../failure.js';

export interface AskedErasure {
  readonly stream: string;
  readonly basis: string;
  readonly records: readonly string[];
  readonly erasedAt: string;
}

/**
 * The lines that say this, each checked as the linker will read it.
 * @throws Failure for a record id or a basis that is none.
 */
export function erasureLines({ stream, basis, records, erasedAt }: AskedErasure): readonly string[] {
  const ids = [...new Set(records)];
  const wrong = ids.findIndex((id) => !/^[0-9a-f]{32}$/.test(id));
  if (wrong >= 0) throw new Failure(`record ${wrong + 1} is no record id: 32 hex digits in lower case`);
  const lines: string[] = [];
  for (let from = 0; from < ids.length; from += MAX_RECORDS_PER_EVENT) {
    const some = ids.slice(from, from + MAX_RECORDS_PER_EVENT);
    const line = JSON.stringify({ stream, basis, records: some, erasedAt });
    if (readErasure(line) === undefined)
      throw new Failure('--basis is a short code: lower-case words joined by hyphens');
    lines.push(line);
  }
  if (lines.length === 0) throw new Failure('name the records with --record or --records-file');
  return lines;
}

/** Appends lines to a list, durably, each whole. @returns how many lines the list has now. */
export function appendLines(file: string, lines: readonly string[]): number {
  const list = openSync(file, 'a+', 0o600);
  try {
    // A line without its end is of a writer that was interrupted: it must not swallow ours.
    const size = fstatSync(list).size;
    const last = Buffer.alloc(1);
    if (size > 0) readSync(list, last, 0, 1, size - 1);
    const broken = size > 0 && last.toString() !== '\n';
    writeSync(list, `${broken ? '\n' : ''}${lines.join('\n')}\n`);
    fsyncSync(list);
  } finally {
    closeSync(list);
  }
  return readFileSync(file, 'utf8').split('\n').length - 1;
}
