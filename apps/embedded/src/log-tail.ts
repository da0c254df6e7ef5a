import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 16 * 1024;

/**
 * The last lines of a service's log as readable text: level, message, cause.
 * @param from offset in bytes of this run's part of the file.
 */
export function logTail(file: string, lines: number, from: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size - from, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const all = buffer.toString('utf8').trimEnd().split('\n');
    if (all.length === 1 && all[0] === '') return '  (nothing was logged)';
    return all.slice(-lines).map(readable).join('\n');
  } finally {
    closeSync(descriptor);
  }
}

interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

function readable(line: string): string {
  try {
    const { level, msg, err } = JSON.parse(line) as LogLine;
    return `  ${level ?? '?'}: ${msg ?? ''}${err?.message === undefined ? '' : ` (${err.message})`}`;
  } catch {
    return `  ${line}`;
  }
}
