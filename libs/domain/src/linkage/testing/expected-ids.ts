import type { RecordId, RowKey } from '@kinledger/contracts';
import type { LinkageWorld } from './linkage-world.js';

/** Who the records were at one moment: written plainly, from the reader's records alone. */
export interface Moment {
  /** Live record → its individual, of those that are in one. */
  readonly individualOf: ReadonlyMap<RecordId, string>;
  /** Record that is no longer live → the individual in which it last was, or the one that took it in since. */
  readonly lastOf: ReadonlyMap<RecordId, string>;
  /** Row key → its live record. */
  readonly liveOf: ReadonlyMap<RowKey, RecordId>;
}

export function momentOf({ reader }: LinkageWorld): Moment {
  const individualOf = new Map<RecordId, string>();
  const lastOf = new Map<RecordId, string>();
  const liveOf = new Map<RowKey, RecordId>();
  for (const [record, { live, individual, rowKey }] of reader.records) {
    if (live) liveOf.set(rowKey, record);
    if (individual !== null) (live ? individualOf : lastOf).set(record, individual);
  }
  return { individualOf, lastOf, liveOf };
}

/** What the rules say of ids after a step. */
export interface ExpectedIds {
  /** Individual as it is now → the id that it must have; null for one that begins to exist. */
  readonly ids: ReadonlyMap<string, string | null>;
  /** Individual of before → the individual that takes it in. */
  readonly merges: ReadonlyMap<string, string>;
}

/**
 * The ids that individuals must have after a step (ADR 0019), straight from who was where before it:
 *
 * 1. A record speaks for the living individual in which it was, and a row that is corrected for that of the row that it
 *    replaces. An id goes where the record goes that speaks best for it: person records before facts, then the oldest.
 * 2. Where several ids meet, the individual that was registered first stays, and takes in the others.
 * 3. Where none of these is, a record that comes back, and that speaks for nobody living, speaks for the individual in
 *    which it last was, if that one rests, which is to say has no live record. The same order holds among its records,
 *    and the one that was registered first comes back. Others rest on, and are not taken in.
 * 4. Whoever has no id by then begins to exist.
 */
export function expectedIds(world: LinkageWorld, before: Moment): ExpectedIds {
  const now = momentOf(world).individualOf;
  const living = new Set(before.individualOf.values());
  const places = new Map(world.reader.registered.map((individual, place) => [individual, place]));
  const firstRegistered = (one: string, other: string): string =>
    (places.get(one) ?? 0) < (places.get(other) ?? 0) ? one : other;

  const speakers = speakersIn(world, (record, rowKey) => {
    const predecessor = before.liveOf.get(rowKey);
    return {
      living: predecessor === undefined ? undefined : before.individualOf.get(predecessor),
      resting: before.lastOf.get(record),
    };
  });
  const claims = bestOf(
    speakers.flatMap(({ living: spokenFor, ...speaker }) =>
      spokenFor === undefined ? [] : [{ ...speaker, spokenFor }],
    ),
  );
  const ids = new Map<string, string | null>(
    [...new Set(now.values())].map((individual) => [individual, null]),
  );
  const name = (individual: string, id: string) => {
    const known = ids.get(individual) ?? null;
    ids.set(individual, known === null ? id : firstRegistered(known, id));
  };
  for (const [id, individual] of claims) name(individual, id);
  const merges = new Map<string, string>();
  for (const [id, individual] of claims) {
    const stays = ids.get(individual) ?? id;
    if (stays !== id) merges.set(id, stays);
  }
  const unnamed = new Set([...ids].flatMap(([individual, id]) => (id === null ? [individual] : [])));
  const returns = bestOf(
    speakers.flatMap(({ living: spokenFor, resting, ...speaker }) =>
      spokenFor === undefined && resting !== undefined && !living.has(resting) && unnamed.has(speaker.now)
        ? [{ ...speaker, spokenFor: resting }]
        : [],
    ),
  );
  for (const [id, individual] of returns) name(individual, id);
  return { ids, merges };
}

interface Speaker {
  /** The individual in which the record is now. */
  readonly now: string;
  /** Person records before facts, then by age. */
  readonly rank: number;
}

interface Spoken {
  readonly living: string | undefined;
  readonly resting: string | undefined;
}

/** Live records, in the order in which they speak. */
function speakersIn(
  { reader }: LinkageWorld,
  spokenFor: (record: RecordId, rowKey: RowKey) => Spoken,
): (Speaker & Spoken)[] {
  return [...reader.records].flatMap(([record, { live, individual, kind, rowKey }], age) =>
    live && individual !== null
      ? [{ now: individual, rank: (kind === 'person' ? 0 : FACTS_LAST) + age, ...spokenFor(record, rowKey) }]
      : [],
  );
}
const FACTS_LAST = 1_000_000;

/** Id → where it goes, by the record that speaks best for it. */
function bestOf(
  speakers: readonly (Speaker & { readonly spokenFor: string })[],
): ReadonlyMap<string, string> {
  const sorted = speakers.toSorted((one, other) => one.rank - other.rank);
  const best = new Map<string, string>();
  for (const { spokenFor, now } of sorted) if (!best.has(spokenFor)) best.set(spokenFor, now);
  return best;
}
