import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FamilyTable } from './family-table.js';
import type { Ground } from './ground.js';
import { ReferralTable } from './referral-table.js';
import { RelationshipTable, type StandingRelationship } from './relationship-table.js';
import { archived, unarchive } from './testing/archived.js';
import { NONE } from './typed-column.js';

const idOf = (number: number): never => number.toString(16).padStart(32, '0') as never;
const byNumber = (one: number, other: number): number => one - other;

describe('RelationshipTable', () => {
  const kin = fc.record<StandingRelationship>({
    kind: fc.constantFrom('carer', 'same-carer'),
    child: fc.nat(4),
    other: fc.nat(4),
    domain: fc.constantFrom('nhs-number', 'email', 'mobile', 'household'),
  });
  const step = fc.record({ ends: fc.boolean(), id: fc.nat(5), kin });

  it('lists the relationships in force by child, and what each says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const table = new RelationshipTable();
        /** An id stands for one kind, child and other. Only the domain of the token behind it can change. */
        const ids = new Map<number, StandingRelationship>();
        const standing = new Map<number, StandingRelationship>();
        for (const { ends, id, kin: said } of steps) {
          if (ends) {
            table.end(idOf(id));
            standing.delete(id);
            continue;
          }
          const one = { ...(ids.get(id) ?? said), domain: said.domain };
          ids.set(id, one);
          standing.set(id, one);
          table.identify(idOf(id), one);
        }
        const restored = new RelationshipTable();
        await unarchive(restored, await archived(table));
        for (const either of [table, restored]) {
          const listed = [0, 1, 2, 3, 4, 5].flatMap((child) =>
            either.ofChild(child).map((at) => ({ id: either.idOf(at), child, kin: either.get(at) })),
          );
          const expected = [...standing].map(([id, one]) => ({ id: idOf(id), child: one.child, kin: one }));
          const order = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
          expect(listed.sort(order)).toEqual(expected.sort(order));
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('ReferralTable', () => {
  const grounds: Ground[] = [
    { rule: 'email' },
    { rule: 'mobile' },
    { rule: 'sum', score: 4000, levels: { name: 'full', area: 'else' } },
    { rule: 'sum', score: 4000, levels: { name: 'full', area: 'full' } },
    { rule: 'sum', score: 4001, levels: { name: 'full', area: 'full' } },
  ];
  const step = fc.record({ lapses: fc.boolean(), id: fc.nat(6), ground: fc.constantFrom(...grounds) });
  /** The subject of a referral is part of its id. */
  const subjectOf = (id: number): number => id % 3;

  it('lists the waiting referrals by subject, each on its latest ground', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const table = new ReferralTable();
        const waiting = new Map<number, Ground>();
        for (const { lapses, id, ground } of steps) {
          if (lapses) {
            table.lapse(idOf(id));
            waiting.delete(id);
          } else {
            table.refer(idOf(id), subjectOf(id), ground);
            waiting.set(id, ground);
          }
        }
        const restored = new ReferralTable();
        restored.refer(idOf(99), 99, { rule: 'child-key' });
        await unarchive(restored, await archived(table));
        for (const either of [table, restored]) {
          for (const subject of [0, 1, 2, 99]) {
            expect([...either.ofSubject(subject)].map((at) => either.idOf(at)).sort()).toEqual(
              [...waiting.keys()]
                .filter((id) => subjectOf(id) === subject)
                .map(idOf)
                .sort(),
            );
          }
          for (let id = 0; id <= 7; id++) {
            for (const ground of grounds)
              expect(either.waits(idOf(id), { ...ground })).toBe(waiting.get(id) === ground);
          }
        }
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});

describe('FamilyTable', () => {
  const step = fc.record({
    does: fc.constantFrom('join', 'join', 'join', 'leave', 'dissolve', 'review'),
    family: fc.nat(5),
    individual: fc.nat(6),
    review: fc.boolean(),
  });
  /** A family belongs to one scope for ever. */
  const scopeOf = (family: number): number => family % 2;

  it('keeps each individual in at most one family per scope', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const table = new FamilyTable(2);
        const numbers = new Map<number, number>();
        const reviews = new Map<number, boolean>();
        const familyIn = [new Map<number, number>(), new Map<number, number>()];
        for (const { does, family, individual, review } of steps) {
          const number = table.intern(idOf(family), scopeOf(family));
          expect(number).toBe(numbers.get(family) ?? numbers.size);
          numbers.set(family, number);
          const members = familyIn[scopeOf(family)]!;
          if (does === 'join') {
            table.join(individual, number);
            members.set(individual, family);
          } else if (does === 'leave') {
            table.leave(individual, number);
            if (members.get(individual) === family) members.delete(individual);
          } else if (does === 'dissolve') {
            table.dissolve(number);
            for (const [who, of] of members) if (of === family) members.delete(who);
          } else {
            table.setReview(number, review);
            reviews.set(family, review);
          }
        }
        const restored = new FamilyTable(2);
        await unarchive(restored, await archived(table));
        for (const either of [table, restored]) {
          for (const [family, number] of numbers) {
            const members = [...familyIn[scopeOf(family)]!].filter(([, of]) => of === family);
            expect(either.find(idOf(family))).toBe(number);
            expect(either.idOf(number)).toBe(idOf(family));
            expect(either.scopeOf(number)).toBe(scopeOf(family));
            expect(either.inReview(number)).toBe(reviews.get(family) ?? false);
            expect(either.membersOf(number).sort(byNumber)).toEqual(
              members.map(([who]) => who).sort(byNumber),
            );
          }
          for (const scope of [0, 1])
            for (let who = 0; who <= 8; who++) {
              const family = familyIn[scope]?.get(who);
              expect(either.familyOf(scope, who)).toBe(family === undefined ? NONE : numbers.get(family));
            }
          expect(either.find(idOf(99))).toBe(NONE);
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});
