import type { RecordId, RowKey } from '@kinledger/contracts';
import type { LinkageWorld } from './linkage-world.js';

/** Who the live records were at one moment: written plainly, from the reader's records alone. */
export interface Moment {
  /** Live record → its individual, of those that are in one. */
  readonly individualOf: ReadonlyMap<RecordId, string>;
  /** Row key → its live record. */
  readonly liveOf: ReadonlyMap<RowKey, RecordId>;
}

export function momentOf({ reader }: LinkageWorld): Moment {
  const individualOf = new Map<RecordId, string>();
  const liveOf = new Map<RowKey, RecordId>();
  for (const [record, { live, individual, rowKey }] of reader.records) {
    if (!live) continue;
    liveOf.set(rowKey, record);
    if (individual !== null) individualOf.set(record, individual);
  }
  return { individualOf, liveOf };
}

/**
 * The ids that individuals must have after a step (architecture §6), straight from who was where before it: an id goes
 * where the oldest live record goes that speaks for it, person records before facts; where several ids meet, the one that
 * was registered first stays. A corrected row speaks for the individual of the row that it replaces.
 * @returns individual as it is now → the id that it must have; those for whom no record of before speaks are left out.
 */
export function expectedIds(world: LinkageWorld, before: Moment): ReadonlyMap<string, string> {
  const { reader } = world;
  const isPerson = personKeys(world);
  const ages = new Map([...reader.records.keys()].map((record, age) => [record, age]));
  const best = new Map<string, { readonly rank: number; readonly now: string }>();
  for (const [record, now] of momentOf(world).individualOf) {
    const rowKey = reader.records.get(record)?.rowKey;
    if (rowKey === undefined) continue; // never: it is live
    const speaker = before.liveOf.get(rowKey);
    const speaksFor = speaker === undefined ? undefined : before.individualOf.get(speaker);
    if (speaksFor === undefined) continue;
    const rank = (isPerson.has(rowKey) ? 0 : 1_000_000) + (ages.get(record) ?? 0);
    const known = best.get(speaksFor);
    if (known === undefined || rank < known.rank) best.set(speaksFor, { rank, now });
  }
  const expected = new Map<string, string>();
  for (const [individual, { now }] of best) {
    const known = expected.get(now);
    const isEarlier =
      known === undefined || reader.registered.indexOf(individual) < reader.registered.indexOf(known);
    if (isEarlier) expected.set(now, individual);
  }
  return expected;
}

function personKeys({ received }: LinkageWorld): ReadonlySet<RowKey> {
  const keys = new Set<RowKey>();
  for (const { file, rows } of received.values())
    if (file.dataset.endsWith('.user')) for (const { rowKey } of rows) keys.add(rowKey);
  return keys;
}
