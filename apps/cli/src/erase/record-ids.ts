import { MAX_RECORDS_PER_EVENT } from '@kinledger/contracts';
import { Failure } from '../failure.js';
import { textOf } from '../input/text-file.js';

/**
 * The distinct ids, in batches of at most 2,000.
 * @throws Failure for anything that is not a record id; the message does not repeat it.
 */
export function inOrders(records: readonly string[]): readonly (readonly string[])[] {
  const ids = [...new Set(records)];
  const wrong = ids.findIndex((id) => !/^[0-9a-f]{32}$/.test(id));
  if (wrong >= 0) throw new Failure(`record ${wrong + 1} is no record id: 32 hex digits in lower case`);
  if (ids.length === 0)
    throw new Failure('name whom or what to erase with --person, --record or --records-file');
  return Array.from({ length: Math.ceil(ids.length / MAX_RECORDS_PER_EVENT) }, (_, order) =>
    ids.slice(order * MAX_RECORDS_PER_EVENT, (order + 1) * MAX_RECORDS_PER_EVENT),
  );
}

/** @throws Failure unless the basis is a code. */
export function requireCode(basis: string): void {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(basis) || basis.length > 80)
    throw new Failure('--basis is a short code: lower-case words joined by hyphens');
}

/** Reads ids from a file, one a line. @throws Failure if it cannot be read. */
export function idsIn(file: string): string[] {
  return textOf(file)
    .split(/\r?\n/)
    .filter((line) => line !== '');
}
