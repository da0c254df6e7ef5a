import type { PseudonymisedRow } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkageIndex } from './linkage-index.js';
import { submissionOf } from './submission-book.js';
import { archived, unarchive } from './testing/archived.js';
import { email, LinkageWorld } from './testing/linkage-world.js';
import { NONE } from './typed-column.js';

const RECORDS = 6;
const INDIVIDUALS = 4;
const step = fc.record({
  does: fc.constantFrom('place', 'place', 'place', 'set aside', 'retire', 'absorb'),
  record: fc.nat(RECORDS - 1),
  individual: fc.nat(INDIVIDUALS - 1),
  other: fc.nat(INDIVIDUALS - 1),
});

/** Rows of a dataset, all under one address. */
const rowsOf = (dataset: string) => {
  const rows = Array.from({ length: RECORDS / 2 }, (_, at) => ({ id: `${at}`, tokens: [email('e')] }));
  return new LinkageWorld().prepare({ dataset, rows });
};
const staged = (index: LinkageIndex, { file, rows }: ReturnType<typeof rowsOf>): number[] => {
  const submission = submissionOf(file, () => 1);
  return rows.map((row: PseudonymisedRow) => index.stage(row, submission));
};

const membersOf = ({ individuals }: LinkageIndex, individual: number): number[] =>
  (['persons', 'facts'] as const).flatMap((list) => {
    const members: number[] = [];
    for (let at = individuals.firstMember(individual, list); at !== NONE; at = individuals.nextMember(at))
      members.push(at);
    return members;
  });

describe('the linkage index', () => {
  it('keeps each live record in at most one individual, and lists the records of each individual, also from a ledger snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const { options } = new LinkageWorld();
        const index = new LinkageIndex(options);
        const records = [...staged(index, rowsOf('peep.user')), ...staged(index, rowsOf('peep.engagement'))];
        const individuals = Array.from({ length: INDIVIDUALS }, (_, at) =>
          index.individuals.register(`${at}`.repeat(32) as never),
        );
        /** For each live record, its individual; null if it is set aside. */
        const model = new Map<number, number | null>();
        const forwards = new Map<number, number>();
        const now = (individual: number): number => {
          const next = forwards.get(individual);
          return next === undefined ? individual : now(next);
        };
        for (const { does, ...picked } of steps) {
          const record = records[picked.record] as number; // below the count
          const [individual, other] = [now(individuals[picked.individual]!), now(individuals[picked.other]!)];
          if (does === 'place') {
            index.place(record, individual);
            model.set(record, individual);
          } else if (does === 'set aside') {
            index.setAside(record, 'referred');
            model.set(record, null);
          } else if (does === 'retire') {
            index.retire(record);
            model.delete(record);
          } else if (individual !== other) {
            index.individuals.absorb(individual, other);
            forwards.set(other, individual);
            for (const [one, where] of model) if (where === other) model.set(one, individual);
          }
          for (const one of individuals) {
            const expected = [...model].flatMap(([member, where]) => (where === one ? [member] : []));
            expect(membersOf(index, one).sort()).toEqual(expected.sort());
            expect(index.individuals.isEmpty(one)).toBe(expected.length === 0);
            expect(index.individuals.resolve(one)).toBe(now(one));
          }
          for (const one of records) {
            expect(index.records.isLive(one)).toBe(model.has(one));
            expect(index.keys.liveRecord(index.records.keyOf(one))).toBe(model.has(one) ? one : NONE);
          }
        }
        const restored = new LinkageIndex(options);
        await unarchive(restored, await archived(index));
        for (const one of individuals) {
          expect(membersOf(restored, one)).toEqual(membersOf(index, one));
          expect(restored.individuals.resolve(one)).toBe(now(one));
        }
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it('finds an individual with its records when its id is registered again, and keeps others apart', () => {
    const index = new LinkageIndex(new LinkageWorld().options);
    const [one, two] = staged(index, rowsOf('peep.user')) as [number, number];
    const [first, second] = ['1', '2'].map((digit) => digit.repeat(32)) as [never, never];
    index.place(one, index.individuals.register(first));
    expect(index.individuals.register(first)).toBe(index.individuals.find(first));
    index.place(two, index.individuals.register(second));
    expect(membersOf(index, index.individuals.find(first))).toEqual([one]);
    expect(membersOf(index, index.individuals.find(second))).toEqual([two]);
  });
});
