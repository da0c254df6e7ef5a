import type { SubmissionId } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import type { FamilyScope } from './decider.js';
import {
  born,
  carerEmail,
  childKey,
  email,
  LinkageWorld,
  mobile,
  nhs,
  rowKeyOf,
  type RowSpec,
} from './testing/linkage-world.js';

const user = 'peep.user';
const sessions = 'peep.engagement';
const elsewhere = 'talk.engagement';
const scopes: readonly FamilyScope[] = [
  { scope: 'talk', services: ['talk'] },
  { scope: 'both', services: ['peep', 'talk'] },
];

/** A world of two services that takes one file after the other, and says who is related and who is a family. */
class Households {
  readonly world = new LinkageWorld(scopes);
  #sequence = 0;
  readonly #names = new Map<string, readonly [dataset: string, id: string]>();

  submit(dataset: string, ...rows: readonly RowSpec[]): SubmissionId {
    for (const { id } of rows) this.#names.set(id, [dataset, id]);
    return this.world.submit({ dataset, sequence: ++this.#sequence, rows });
  }

  get kin(): string[] {
    const { relationships } = this.world.reader;
    return [...relationships.values()]
      .map(({ domain, child, other }) => `${domain}: ${this.#nameOf(child)} / ${this.#nameOf(other)}`)
      .sort();
  }

  familiesIn(wanted: string): string[] {
    return [...this.world.reader.families.values()]
      .filter(({ scope }) => scope === wanted)
      .map(({ members }) =>
        [...members]
          .map((member) => this.#nameOf(member))
          .sort()
          .join(' '),
      )
      .sort();
  }

  /** The name of the first row by which somebody became known. */
  #nameOf(individual: string): string {
    for (const [name, [dataset, id]] of this.#names)
      if (this.world.whereIs(dataset, id) === individual) return name;
    return individual;
  }
}

const child = (id: string, ...tokens: RowSpec['tokens']): RowSpec => ({
  ...{ id, role: 'child', tokens: [nhs(id), ...tokens] },
});
const carerMobile = ['mobile', 'carer', 'm'] as const;

// What is related is a matter of the live rows alone: each answer is what they say, whichever row came last.
describe('kinship that one row more or less brings about', () => {
  it('is that of a carer who is known from a session, once those are gone between whom it stood', () => {
    const households = new Households();
    const rivals = households.submit(
      user,
      { id: 'one', tokens: [email('e'), born('1990')] },
      { id: 'other', tokens: [email('e'), born('1991')] },
    );
    households.submit(user, child('zoe', carerMobile));
    households.submit(sessions, { id: 'mum', tokens: [email('e'), mobile('m')] });
    expect(households.world.whereIs(sessions, 'mum')).toBe('(referred)');
    expect(households.kin).toEqual([]);
    households.world.withdraw(rivals);
    expect(households.kin).toEqual(['mobile: zoe / mum']);
    expect(households.familiesIn('programme')).toEqual(['mum zoe']);
  });

  it('is that of a child who is known from a session, once those are gone between whom it stood', () => {
    const households = new Households();
    const rivals = households.submit(
      user,
      { id: 'one', role: 'child', tokens: [childKey('k'), born('2019')] },
      { id: 'other', role: 'child', tokens: [childKey('k'), born('2020')] },
    );
    households.submit(elsewhere, { id: 'mum', tokens: [email('home')] });
    households.submit(sessions, { id: 'zoe', role: 'child', tokens: [childKey('k'), carerEmail('home')] });
    expect(households.world.whereIs(sessions, 'zoe')).toBe('(referred)');
    expect(households.kin).toEqual([]);
    households.world.withdraw(rivals);
    expect(households.kin).toEqual(['email: zoe / mum']);
    expect(households.familiesIn('both')).toEqual(['mum zoe']);
  });

  it('is that of a second carer, where a session tells of an address that the first has too', () => {
    const households = new Households();
    households.submit(
      user,
      child('zoe', carerEmail('home')),
      { id: 'dad', tokens: [email('home'), nhs('dad')] },
      { id: 'mum', tokens: [nhs('mum')] },
    );
    expect(households.kin).toEqual(['email: zoe / dad']);
    const session = households.submit(sessions, { id: 'session', tokens: [nhs('mum'), email('home')] });
    expect(households.kin).toEqual(['email: zoe / dad', 'email: zoe / mum']);
    households.world.withdraw(session);
    expect(households.kin).toEqual(['email: zoe / dad']);
    expect(households.familiesIn('programme')).toEqual(['dad zoe']);
  });

  it('comes again with a session that says what one said that was withdrawn', () => {
    const households = new Households();
    households.submit(user, child('zoe', carerEmail('home')), { id: 'mum', tokens: [nhs('mum')] });
    for (const name of ['first', 'second', 'third']) {
      const file = households.submit(sessions, { id: name, tokens: [nhs('mum'), email('home')] });
      expect(households.kin).toEqual(['email: zoe / mum']);
      households.world.withdraw(file);
      expect(households.kin).toEqual([]);
    }
  });

  it('stays while one of two sessions stands that say the same', () => {
    const households = new Households();
    households.submit(user, child('zoe', carerEmail('home')), { id: 'mum', tokens: [nhs('mum')] });
    const [first, second] = ['first', 'second'].map((name) =>
      households.submit(sessions, { id: name, tokens: [nhs('mum'), email('home')] }),
    ) as [SubmissionId, SubmissionId];
    households.world.withdraw(first);
    expect(households.kin).toEqual(['email: zoe / mum']);
    households.world.withdraw(second);
    expect(households.kin).toEqual([]);
  });

  it('goes with the session that told of it, where another session stays that does not', () => {
    const households = new Households();
    households.submit(user, child('zoe', carerEmail('home')));
    households.submit(sessions, { id: 'plain', tokens: [nhs('mum')] });
    const session = households.submit(sessions, { id: 'telling', tokens: [nhs('mum'), email('home')] });
    expect(households.kin).toEqual(['email: zoe / plain']);
    households.world.withdraw(session);
    expect(households.kin).toEqual([]);
    expect(households.familiesIn('programme')).toEqual([]);
  });

  it('goes with the file that told of both sides, though both are known without it', () => {
    const households = new Households();
    households.submit(user, child('zoe'), { id: 'mum', tokens: [nhs('mum')] });
    const file = households.submit(
      sessions,
      { id: 'zoe there', role: 'child', tokens: [nhs('zoe'), carerEmail('home')] },
      { id: 'mum there', tokens: [nhs('mum'), email('home')] },
    );
    expect(households.kin).toEqual(['email: zoe / mum']);
    households.world.withdraw(file);
    expect(households.kin).toEqual([]);
    expect(households.familiesIn('programme')).toEqual([]);
  });

  it('is a family of a further service, once its sessions say of both what is known already', () => {
    const households = new Households();
    const mum: RowSpec = { id: 'mum', tokens: [nhs('mum'), email('home')] };
    households.submit(user, child('zoe', carerEmail('home')), mum);
    households.submit(elsewhere, {
      ...child('zoe there', carerEmail('home')),
      tokens: [nhs('zoe'), carerEmail('home')],
    });
    expect(households.familiesIn('both')).toEqual(['mum zoe']);
    expect(households.familiesIn('talk')).toEqual([]);
    const session = households.submit(elsewhere, { ...mum, id: 'mum there' });
    expect(households.familiesIn('talk')).toEqual(['mum zoe']);
    // What the first service says again of either brings nothing, nor does it take anything away.
    const again = households.submit(sessions, { ...mum, id: 'mum here' });
    expect(households.familiesIn('talk')).toEqual(['mum zoe']);
    households.world.withdraw(again);
    expect(households.familiesIn('talk')).toEqual(['mum zoe']);
    households.world.withdraw(session);
    expect(households.familiesIn('talk')).toEqual([]);
    expect(households.familiesIn('both')).toEqual(['mum zoe']);
  });

  it('is through any of a child’s addresses, though nobody has the first', () => {
    const households = new Households();
    households.submit(
      user,
      child('zoe', carerEmail('nobody’s'), carerEmail('home'), carerMobile),
      { id: 'mum', tokens: [email('home')] },
      { id: 'dad', tokens: [nhs('dad'), mobile('m')] },
    );
    expect(households.kin).toEqual(['email: zoe / mum', 'mobile: zoe / dad']);
    expect(households.familiesIn('programme')).toEqual(['dad mum zoe']);
  });

  it('is through the stronger of two addresses, and through the weaker once the stronger goes', () => {
    const households = new Households();
    households.submit(user, child('zoe', carerEmail('home'), carerMobile));
    const file = households.submit(sessions, { id: 'by email', tokens: [nhs('mum'), email('home')] });
    households.submit(user, { id: 'mum', tokens: [nhs('mum'), mobile('m')] });
    expect(households.kin).toEqual(['email: zoe / by email']);
    households.world.withdraw(file);
    expect(households.kin).toEqual(['mobile: zoe / mum']);
    expect(households.familiesIn('programme')).toEqual(['mum zoe']);
  });
});

describe('children of one address that is nobody’s', () => {
  const ids = ['a', 'b', 'c'].sort((one, other) =>
    rowKeyOf(user, one) < rowKeyOf(user, other) ? -1 : 1,
  ) as [string, string, string];

  it('are kin through another of them once a row with a smaller key is one of theirs, in families of some scopes', () => {
    const households = new Households();
    const [first, second, third] = ids;
    const sibling = (id: string, who: string): RowSpec => ({
      ...{ id, role: 'child', tokens: [nhs(who), carerEmail('home')] },
    });
    households.submit(user, sibling(third, 'zoe'), sibling(second, 'max'));
    expect(households.kin).toEqual([`email: ${third} / ${second}`]);
    expect(households.familiesIn('talk')).toEqual([]);
    const file = households.submit(user, { id: first, role: 'child', tokens: [nhs('zoe')] });
    expect(households.kin).toEqual([`email: ${second} / ${third}`]);
    households.world.withdraw(file);
    expect(households.kin).toEqual([`email: ${third} / ${second}`]);
  });
});

describe('a scope that the definition no longer has', () => {
  it('is nobody’s business: families of the others are decided as before', () => {
    const households = new Households();
    const { world } = households;
    const there = 'talk.user';
    const rows = [child('zoe', carerEmail('home')), { id: 'mum', tokens: [email('home')] }];
    const file = households.submit(there, ...rows);
    households.submit(user, child('ida', carerEmail('work')), { id: 'dad', tokens: [email('work')] });
    world.withdraw(file);
    households.submit(there, ...rows);
    const later = new LinkageWorld([]);
    for (const event of world.events) later.engine.apply(event, world.bodies);
    const prepared = world.prepare({
      ...{
        dataset: user,
        sequence: 50,
        rows: [child('max', carerEmail('work')), child('una', carerEmail('home'))],
      },
    });
    const linked = (drafts: ReturnType<typeof world.draft>) =>
      drafts.flatMap(({ decision: { type, data } }) =>
        type === 'FamiliesLinked' && data.scope === 'programme' ? data.families : [],
      );
    const told = linked(world.draft(world.engine, prepared));
    expect(told).toHaveLength(2);
    expect(linked(world.draft(later.engine, prepared))).toEqual(told);
  });
});
