import {
  MAX_KIN_PER_EVENT,
  MAX_MEMBERS_PER_EVENT,
  MAX_PLACEMENTS_PER_EVENT,
  type FamilyId,
  type IndividualId,
  type LinkedPlacement,
  type Placement,
} from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes } from '../ledger/canonical-json.js';
import { encodeLedgerEvent } from '../ledger/encode-ledger-event.js';
import { FamilyList, PlacementList, weightOf } from './event-lists.js';
import { LinkageWorld, nhs } from './testing/linkage-world.js';

const id = 'f'.repeat(32) as never;
const commitments = { body: 'b'.repeat(64), tokens: 'c'.repeat(64) } as Placement['commitments'] & object;
/** A placement without levels, as long as it can be. */
const longest: LinkedPlacement = {
  ...{ record: id, rowKey: id, role: 'practitioner', individual: id, registered: false, commitments },
  ...{ rule: 'r'.repeat(80), through: id, score: -123_456_789 },
};
const levels = fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string({ maxLength: 60 }), {
  maxKeys: 30,
});

const listsOf = (placements: readonly Placement[]): Placement[][] => {
  const lists: Placement[][] = [];
  let list = new PlacementList();
  for (const placement of placements) {
    list.add(placement);
    if (!list.isFull) continue;
    lists.push(list.placements);
    list = new PlacementList();
  }
  return list.isEmpty ? lists : [...lists, list.placements];
};
const eventSize = (placements: Placement[]): number =>
  encodeLedgerEvent({
    type: 'RecordsPlaced',
    data: { submission: id, chunk: 99_999, strategy: 's'.repeat(80), placements },
    ...{ revision: 2 ** 53 - 1, time: '2023-10-09T09:30:00.000Z', cause: 'c'.repeat(120), ordinal: 0 },
  }).bytes.length;

describe('PlacementList', () => {
  it('gives a placement at least the weight of its canonical bytes', () => {
    fc.assert(
      fc.property(fc.option(levels, { nil: undefined }), (given) => {
        const placement = given === undefined ? longest : { ...longest, levels: given };
        expect(canonicalBytes(placement).length).toBeLessThanOrEqual(weightOf(placement));
      }),
    );
  });

  it('holds all placements of a chunk if they have no levels, and stays below 256 KiB', () => {
    const lists = listsOf(Array.from({ length: MAX_PLACEMENTS_PER_EVENT }, () => longest));
    expect(lists.map((list) => list.length)).toEqual([MAX_PLACEMENTS_PER_EVENT]);
    expect(eventSize(lists[0]!)).toBeLessThan(256 * 1024);
  });

  it('holds fewer placements if their levels are large, and stays below 256 KiB', () => {
    const large = { ...longest, levels: { 'given-name': 'x'.repeat(4_000) } };
    const lists = listsOf(Array.from({ length: MAX_PLACEMENTS_PER_EVENT }, () => large));
    expect(lists.length).toBeGreaterThan(5);
    expect(lists.flat()).toHaveLength(MAX_PLACEMENTS_PER_EVENT);
    for (const list of lists) expect(eventSize(list)).toBeLessThan(256 * 1024);
    const mixed = listsOf([...Array.from({ length: MAX_PLACEMENTS_PER_EVENT - 1 }, () => longest), large]);
    expect(mixed).toHaveLength(1);
    expect(eventSize(mixed[0]!)).toBeLessThan(256 * 1024);
  });

  it('holds placements of one chunk, which the event names, in row order', () => {
    const world = new LinkageWorld();
    world.chunkRows = 2;
    const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ id: name, tokens: [nhs(name)] }));
    world.submit({ dataset: 'alpha.user', rows });
    const submission = world.submit({
      dataset: 'alpha.user',
      sequence: 2,
      // Every row of the second chunk is unchanged.
      rows: [0, 1, 2, 3, 4].map((n) => ({ ...rows[n]!, ...(n === 2 || n === 3 ? {} : { note: 'new' }) })),
    });
    const written = world.events.flatMap(({ type, data }) => (type === 'RecordsPlaced' ? [data] : []));
    expect(written.map(({ chunk, placements }) => [chunk, placements.length])).toEqual([
      ...[
        [0, 2],
        [1, 2],
        [2, 1],
      ],
      ...[
        [0, 2],
        [2, 1],
      ],
    ]);
    const [, , , third, fourth] = written;
    const records = world.received.get(submission)!.rows.map(({ record }) => record);
    expect([third, fourth].flatMap((data) => data!.placements.map(({ record }) => record))).toEqual(
      [0, 1, 4].map((n) => records[n]),
    );
  });
});

describe('FamilyList', () => {
  const family = (joined: number, left = 0) => ({
    family: id as FamilyId,
    joined: Array<IndividualId>(joined).fill(id),
    left: Array<IndividualId>(left).fill(id),
    review: false,
  });

  it('is full at its limit of families, or of members that join or leave', () => {
    const list = new FamilyList();
    expect([list.isEmpty, list.isFull, list.room]).toEqual([true, false, MAX_MEMBERS_PER_EVENT]);
    list.add(family(3, 2));
    expect([list.isEmpty, list.isFull, list.room]).toEqual([false, false, MAX_MEMBERS_PER_EVENT - 5]);
    list.add(family(list.room - 1));
    expect(list.isFull).toBe(false);
    list.add(family(0, 1));
    expect(list.isFull).toBe(true);
    expect(list.take()).toHaveLength(3);
    expect([list.isEmpty, list.isFull, list.room]).toEqual([true, false, MAX_MEMBERS_PER_EVENT]);
    for (let count = 0; count < MAX_KIN_PER_EVENT; count++) {
      expect(list.isFull).toBe(false);
      list.add(family(1));
    }
    expect(list.isFull).toBe(true);
  });
});
