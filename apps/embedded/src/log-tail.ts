import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 16 * 1024;

/** The last lines of a service's log, as a person reads them: time, level, message, cause. */
export function logTail(file: string, lines: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const all = buffer.toString('utf8').trimEnd().split('\n');
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
