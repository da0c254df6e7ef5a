import type { UploadId } from '@kinledger/contracts';
import { EffectTally, type CarriedRow, type SubmissionEffect } from '@kinledger/domain';
import type { Queryable } from '@kinledger/landing-store';
import { least, RegisterCursor } from './register-cursor.js';
import { WHOLE } from './register-table.js';
import { isNaturalKey } from './row-entries.js';

/** Number of pages in memory over all registers, of 48 KiB each; at least one of each register. */
const PAGES_IN_ALL = 256;

/**
 * Reads the registers of the standing files and of the offered file side by side, key by key, and tallies what
 * submitting it would do. Memory does not grow with the files.
 * @param uploads those of the standing files, in the order of the tallies; then the offered one.
 * @param tallies one for each mode in which it may be submitted.
 */
export async function foreseeEffects(
  client: Queryable,
  uploads: readonly UploadId[],
  tallies: readonly EffectTally[],
): Promise<readonly SubmissionEffect[]> {
  const pages = Math.max(1, Math.floor(PAGES_IN_ALL / uploads.length));
  const cursors: RegisterCursor[] = [];
  for (const upload of uploads) cursors.push(await RegisterCursor.open(client, upload, WHOLE, pages));
  for (let next = least(cursors); next !== undefined;) {
    const { name, key } = next;
    if (isNaturalKey(name)) await takeOccurrences(cursors, name, key, tallies);
    else await takeRowId(cursors, name, tallies);
    for (const tally of tallies) tally.endOfKey();
    next = least(cursors);
    if (next?.name !== name) for (const tally of tallies) tally.endOfName();
  }
  return tallies.map((tally) => tally.effect());
}

/** Takes the first occurrence of a natural key in each file, then the second in each, and so on. */
async function takeOccurrences(
  cursors: readonly RegisterCursor[],
  name: bigint,
  key: bigint,
  tallies: readonly EffectTally[],
): Promise<void> {
  for (;;) {
    const rows: CarriedRow[] = [];
    for (const [file, cursor] of cursors.entries()) {
      if (cursor.ended || cursor.name !== name || cursor.key !== key) continue;
      rows.push({ file, content: cursor.content });
      const reading = cursor.advance();
      if (reading !== undefined) await reading;
    }
    if (rows.length === 0) return;
    for (const tally of tallies) tally.take(rows);
  }
}

/**
 * Takes each file's last row of a row id: between a refusal of consent and a row with consent, the later one applies.
 */
async function takeRowId(
  cursors: readonly RegisterCursor[],
  name: bigint,
  tallies: readonly EffectTally[],
): Promise<void> {
  const rows: CarriedRow[] = [];
  for (const [file, cursor] of cursors.entries()) {
    let content: bigint | undefined;
    while (!cursor.ended && cursor.name === name) {
      content = cursor.content;
      const reading = cursor.advance();
      if (reading !== undefined) await reading;
    }
    if (content !== undefined) rows.push({ file, content });
  }
  for (const tally of tallies) tally.take(rows);
}
