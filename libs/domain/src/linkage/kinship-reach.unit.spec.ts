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

/** A world of two services that takes one file after another, and tells who is related and who is a family. */
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

  /** The name of the first row of an individual. */
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

// Kinship depends on the live rows alone: each expected answer follows from them, whichever row came last.
describe('kinship after one row more or one row fewer', () => {
  it('includes a carer known from a session, once the rivals between whom the session stood are gone', () => {
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

  it('includes a child known from a session, once the rivals between whom the session stood are gone', () => {
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

  it('includes a second carer once a session gives that carer the address of the first', () => {
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

  it('comes back with each session that says what a withdrawn one said', () => {
    const households = new Households();
    households.submit(user, child('zoe', carerEmail('home')), { id: 'mum', tokens: [nhs('mum')] });
    for (const name of ['first', 'second', 'third']) {
      const file = households.submit(sessions, { id: name, tokens: [nhs('mum'), email('home')] });
      expect(households.kin).toEqual(['email: zoe / mum']);
      households.world.withdraw(file);
      expect(households.kin).toEqual([]);
    }
  });

  it('stays while one of two equal sessions stands', () => {
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

  it('ends with the session that was its evidence, although another session of the carer stays', () => {
    const households = new Households();
    households.submit(user, child('zoe', carerEmail('home')));
    households.submit(sessions, { id: 'plain', tokens: [nhs('mum')] });
    const session = households.submit(sessions, { id: 'telling', tokens: [nhs('mum'), email('home')] });
    expect(households.kin).toEqual(['email: zoe / plain']);
    households.world.withdraw(session);
    expect(households.kin).toEqual([]);
    expect(households.familiesIn('programme')).toEqual([]);
  });

  it('ends with the file that was evidence for both sides, although both people are known without it', () => {
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

  it('makes a family in another service once that service’s sessions show both people', () => {
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
    // A session in the first service that repeats what is known adds nothing, and its withdrawal removes nothing.
    const again = households.submit(sessions, { ...mum, id: 'mum here' });
    expect(households.familiesIn('talk')).toEqual(['mum zoe']);
    households.world.withdraw(again);
    expect(households.familiesIn('talk')).toEqual(['mum zoe']);
    households.world.withdraw(session);
    expect(households.familiesIn('talk')).toEqual([]);
    expect(households.familiesIn('both')).toEqual(['mum zoe']);
  });

  it('goes through any of a child’s carer addresses, even if nobody owns the first', () => {
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

  it('goes through the stronger of two addresses, and through the weaker once the stronger is gone', () => {
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

describe('kinship of children whose shared address nobody owns', () => {
  const ids = ['a', 'b', 'c'].sort((one, other) =>
    rowKeyOf(user, one) < rowKeyOf(user, other) ? -1 : 1,
  ) as [string, string, string];

  it('turns round when a smaller row key comes to one of the children, though they are a family in some scopes only', () => {
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
  it('is ignored, and families of the other scopes are decided as before', () => {
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
