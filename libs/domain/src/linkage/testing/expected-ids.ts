import type { RecordId, RowKey } from '@kinledger/contracts';
import type { LinkageWorld } from './linkage-world.js';

/** The individuals of the records at one moment, from the reader's records alone. */
export interface Moment {
  /** For each live record that is in an individual, that individual. */
  readonly individualOf: ReadonlyMap<RecordId, string>;
  /** For each record that is no longer live, its last individual, or the one that has absorbed it since. */
  readonly lastOf: ReadonlyMap<RecordId, string>;
  /** For each row key, its live record. */
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

/** The ids that individuals must have after a step. */
export interface ExpectedIds {
  /** For each present individual, the id that it must have; null for a new individual. */
  readonly ids: ReadonlyMap<string, string | null>;
  /** For each absorbed individual, the individual that absorbs it. */
  readonly merges: ReadonlyMap<string, string>;
}

/**
 * Computes the ids that individuals must have after a step (ADR 0019), directly from where each record was before it:
 *
 * 1. A record speaks for the living individual that it was in; a corrected row speaks for the individual of the row
 * that it replaces. An id goes where the record with the best claim goes: person records before facts, then the oldest.
 * 2. If several ids meet, the individual registered first remains and absorbs the others.
 * 3. If none of these applies, a revived record that speaks for no living individual speaks for the one that it was
 * last in, if that one has no live record. The same order applies among its records, and the individual registered
 * first comes back. Others stay without records, and are not absorbed.
 * 4. An individual without an id by then is new.
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
  /** The individual that the record is in now. */
  readonly now: string;
  /** Person records before facts, then by age. */
  readonly rank: number;
}

interface Spoken {
  readonly living: string | undefined;
  readonly resting: string | undefined;
}

/** Live records, with their rank. */
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

/** For each id, the individual to which the record with the best claim takes it. */
function bestOf(
  speakers: readonly (Speaker & { readonly spokenFor: string })[],
): ReadonlyMap<string, string> {
  const sorted = speakers.toSorted((one, other) => one.rank - other.rank);
  const best = new Map<string, string>();
  for (const { spokenFor, now } of sorted) if (!best.has(spokenFor)) best.set(spokenFor, now);
  return best;
}
