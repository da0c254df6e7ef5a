import { describe, expect, it } from 'vitest';
import { child, kin1Settings as settings, type Child } from '../testing/kin-1-rows.js';
import {
  born,
  caseNumber,
  childKey,
  email,
  LinkageWorld,
  nhs,
  rowKeyOf,
  type RowSpec,
} from '../testing/linkage-world.js';
import { kin1 } from './kin-1.js';

const submitted = (...rows: readonly RowSpec[]) => {
  const world = new LinkageWorld([], kin1(settings));
  rows.forEach((row, at) => world.submit({ dataset: `service${at}.user`, rows: [row] }));
  const wheres = rows.map(({ id }, at) => world.whereIs(`service${at}.user`, id));
  return { people: new Set(wheres).size, events: world.told() };
};
const reasonsIn = (events: ReturnType<typeof submitted>['events']) =>
  events.flatMap(({ type, data }) => (type === 'LinkReferred' ? [data.reason] : []));

const atNoAddress: Child = { born: '2020-03-04', letters: 'ada' };
const ada: Child = { ...atNoAddress, postcode: 'se1 1aa' };

describe('kin-1', () => {
  it('links two rows without an identifier of their own, and says on what they agree and how sure it is', () => {
    const { people, events } = submitted(child('a', ada), child('b', ada));
    expect(people).toBe(1);
    expect(events.find(({ type }) => type === 'Matched')).toMatchObject({
      data: {
        strategy: 'kin-1',
        rule: 'kin-1',
        score: expect.any(Number) as number,
        levels: {
          'given-name-part': 'full',
          'birth-date': 'full',
          gender: 'full',
          postcode: 'full',
        },
      },
    });
  });

  it('links a birth date whose day and month are exchanged', () => {
    expect(submitted(child('a', ada), child('b', { ...ada, born: '2020-04-03' })).people).toBe(1);
  });

  it('links by an exact identifier without any comparison, as leap-1 does', () => {
    const bare = (id: string): RowSpec => ({ id, role: 'child', tokens: [nhs('1')] });
    expect(submitted(bare('a'), bare('b')).people).toBe(1);
  });

  it('keeps rows apart of which only the birth date, the gender and three letters agree, and refers them', () => {
    const { people, events } = submitted(child('a', atNoAddress), child('b', atNoAddress));
    expect(people).toBe(2);
    expect(reasonsIn(events)).toEqual(['ambiguous']);
  });

  describe('without two whole names', () => {
    /** The row of an adult, which has no letters of a name. */
    const adult = (id: string, contact: NonNullable<RowSpec['derived']> = []): RowSpec => {
      const { derived = [], ...row } = child(id, ada);
      const nameless = derived.filter(([name]) => !name.startsWith('given-name'));
      return { ...row, role: 'adult', derived: [...nameless, ...contact] };
    };
    const mistyped = (id: string, value: string): RowSpec => {
      const row = adult(id, [['email-deletions', 'us@x']]);
      return { ...row, tokens: [...row.tokens, email(value)] };
    };
    /** The same row at a postcode of the same sector. */
    const inSector = (row: RowSpec): RowSpec => ({
      ...row,
      derived: [...(row.derived ?? []), ['postcode-sector', 'se1 1']],
    });

    it('refers two adults who share birth date, gender and postcode', () => {
      const { people, events } = submitted(adult('a'), adult('b'));
      expect(people).toBe(2);
      expect(reasonsIn(events)).toEqual(['ambiguous']);
    });

    it('links them if their emails are one edit apart besides', () => {
      expect(submitted(mistyped('a', 'ups@x'), mistyped('b', 'use@x')).people).toBe(1);
    });

    it('refers two children of one postcode whose child keys differ', () => {
      const { people, events } = submitted(child('a', ada, childKey('1')), child('b', ada, childKey('2')));
      expect(people).toBe(2);
      expect(reasonsIn(events)).toEqual(['ambiguous']);
      expect(submitted(child('a', ada, childKey('1')), child('b', ada)).people).toBe(1);
    });

    it('refers two children who share three letters, birth date, gender and the sector of a postcode', () => {
      const neighbour = child('b', { ...ada, postcode: 'se1 1ab' });
      const { people, events } = submitted(inSector(child('a', ada)), inSector(neighbour));
      expect(people).toBe(2);
      expect(reasonsIn(events)).toEqual(['ambiguous']);
    });
  });

  it.each<[string, Child]>([
    ['another name', { ...ada, letters: 'bob' }],
    ['another gender', { ...ada, gender: 'm' }],
    ['another year of birth', { ...ada, born: '2017-03-04' }],
  ])('keeps a child of the same house apart that has %s', (_, other) => {
    expect(submitted(child('a', ada), child('b', other)).people).toBe(2);
  });

  it('keeps a couple apart that shares an address and an email', () => {
    const adult = (id: string, date: string): RowSpec => ({
      ...child(id, { ...ada, born: date }, email('us')),
      role: 'adult',
    });
    expect(submitted(adult('a', '1980-01-02'), adult('b', '1984-05-06')).people).toBe(2);
  });

  it('keeps a pair apart whose NHS numbers differ, however much else agrees', () => {
    expect(submitted(child('a', ada, nhs('1')), child('b', ada, nhs('2'))).people).toBe(2);
  });

  it('refers a pair that one service lists under two case numbers', () => {
    const world = new LinkageWorld([], kin1(settings));
    const rows = [child('a', ada, caseNumber('1')), child('b', ada, caseNumber('2'))];
    world.submit({ dataset: 'alpha.user', rows });
    expect(world.whereIs('alpha.user', 'a')).not.toBe(world.whereIs('alpha.user', 'b'));
    expect(reasonsIn(world.told())).toEqual(['case-numbers-differ']);
  });

  it('makes one referral of a row and all its candidates', () => {
    const world = new LinkageWorld([], kin1(settings));
    const rows = ['1', '2', '3', '4'].map((number) => child(number, ada, caseNumber(number)));
    world.submit({ dataset: 'alpha.user', rows });
    const candidates = world
      .told()
      .flatMap(({ type, data }) => (type === 'LinkReferred' ? [data.candidates.length] : []));
    expect(candidates.sort()).toEqual([1, 2, 3]);
  });

  it('still refers the candidate that a contradiction keeps apart, once a score joins the subject to another', () => {
    const addresses = { ...settings, maxBirthDatesPerToken: 3 };
    for (const ids of [
      ['a', 'b', 'c'],
      ['b', 'c', 'a'],
      ['c', 'a', 'b'],
    ] as const) {
      const world = new LinkageWorld([], kin1(addresses));
      const other: Child = { born: '2017-08-09', letters: 'bob', postcode: 'n1 1aa', gender: 'm' };
      const rows = [
        child(ids[0], ada, email('x'), email('y')),
        child(ids[1], { ...ada, born: '2020-04-03' }, email('x')),
        child(ids[2], other, email('y')),
      ];
      world.submit({ dataset: 'alpha.user', rows });
      const [one, swapped, third] = ids.map((id) => world.whereIs('alpha.user', id));
      expect(swapped).toBe(one);
      expect(third).not.toBe(one);
      expect(reasonsIn(world.told())).toEqual(['birth-dates-differ']);
    }
  });

  it('decides the same whatever the order in which a row lists its tokens', () => {
    const known = child('b', ada, nhs('1'), email('us'));
    const turned: RowSpec = {
      ...known,
      tokens: known.tokens.toReversed(),
      derived: known.derived?.toReversed() ?? [],
    };
    const moved: Child = { born: '2020-03-04', letters: 'zed', postcode: 'n1 1aa', gender: 'm' };
    const peopleWith = (row: RowSpec) =>
      submitted(child('a', ada), known, { ...row, id: 'c' }, child('d', moved, nhs('1'), email('other')))
        .people;
    expect(peopleWith(turned)).toBe(peopleWith(known));
    expect(peopleWith(known)).toBe(2);
  });

  describe('of facts that have a case number and no identifier', () => {
    const session = (id: string, date: string, ...tokens: RowSpec['tokens']): RowSpec => ({
      id,
      role: 'child',
      tokens: [born(date), ...tokens],
    });
    const listed = (...rows: readonly RowSpec[]) => {
      const world = new LinkageWorld([], kin1(settings));
      world.submit({ dataset: 'alpha.user', rows });
      return world;
    };
    const whereIsSession = (world: LinkageWorld) => world.whereIs('alpha.engagement', 's');

    it('attaches each to the person whom the provider lists under that number', () => {
      const world = listed(
        child('a', ada, caseNumber('1')),
        child('b', { ...ada, letters: 'bob' }, caseNumber('2')),
      );
      world.submit({ dataset: 'alpha.engagement', rows: [session('s', ada.born, caseNumber('2'))] });
      expect(whereIsSession(world)).toBe(world.whereIs('alpha.user', 'b'));
    });

    it('follows a stronger token of the fact instead, if anybody owns it', () => {
      const world = listed(child('a', ada, caseNumber('1')), child('b', ada, caseNumber('2'), nhs('9')));
      world.submit({
        dataset: 'alpha.engagement',
        rows: [session('s', ada.born, caseNumber('1'), nhs('9'))],
      });
      expect(whereIsSession(world)).toBe(world.whereIs('alpha.user', 'b'));
    });

    it('refers one whose birth date the person does not have', () => {
      const world = listed(child('a', ada, caseNumber('1')));
      world.submit({ dataset: 'alpha.engagement', rows: [session('s', '2016-07-08', caseNumber('1'))] });
      expect(whereIsSession(world)).toBe('(referred)');
      expect(world.told()).toContainEqual(
        expect.objectContaining({
          type: 'LinkReferred',
          data: expect.objectContaining({ rule: 'case-number', reason: 'birth-dates-differ' }) as object,
        }),
      );
    });

    it('makes one individual of those that nobody is listed for', () => {
      const world = new LinkageWorld([], kin1(settings));
      const rows = ['s', 't'].map((id) => session(id, ada.born, caseNumber('7')));
      world.submit({ dataset: 'alpha.engagement', rows });
      expect(whereIsSession(world)).toBe(world.whereIs('alpha.engagement', 't'));
      expect(whereIsSession(world)).not.toContain('(');
    });

    it('gives two that differ in their birth dates to two individuals, and refers them', () => {
      const world = new LinkageWorld([], kin1(settings));
      const rows = [session('s', ada.born, caseNumber('7')), session('t', '2016-07-08', caseNumber('7'))];
      world.submit({ dataset: 'alpha.engagement', rows });
      expect(whereIsSession(world)).not.toBe(world.whereIs('alpha.engagement', 't'));
      expect(reasonsIn(world.told())).toEqual(['birth-dates-differ']);
    });

    it('keeps an individual for a row of people that says no more', () => {
      const world = listed({ id: 'a', role: 'child', tokens: [born(ada.born), caseNumber('1')] });
      expect(world.whereIs('alpha.user', 'a')).not.toContain('(');
    });

    it('links no two rows of people by it', () => {
      const world = listed({ id: 'a', role: 'child', tokens: [born(ada.born), caseNumber('1')] });
      const again: RowSpec = { id: 'b', role: 'child', tokens: [born(ada.born), caseNumber('1')] };
      world.submit({ dataset: 'beta.user', rows: [again] });
      expect(world.whereIs('alpha.user', 'a')).not.toBe(world.whereIs('beta.user', 'b'));
    });
  });

  describe('explained', () => {
    const considered = (...rows: readonly RowSpec[]) => {
      const world = new LinkageWorld([], kin1(settings));
      rows.forEach((row, at) => world.submit({ dataset: `service${at}.user`, rows: [row] }));
      const key = rowKeyOf(`service${rows.length - 1}.user`, rows.at(-1)?.id ?? '');
      const [record] = [...world.reader.records].find(([, { rowKey }]) => rowKey === key) ?? [];
      return record === undefined ? undefined : world.engine.consider(record, () => true);
    };

    it('names the rival of a row without an identifier of its own, with score and levels', () => {
      expect(considered(child('a', atNoAddress), child('b', atNoAddress))).toMatchObject({
        tokens: [],
        rivals: [
          {
            rule: 'kin-1',
            score: expect.any(Number) as number,
            levels: { 'given-name-part': 'full', 'birth-date': 'full', gender: 'full' },
            verdict: 'score-not-decisive',
          },
        ],
        more: 0,
      });
    });

    it('names it of a row that is linked to somebody else', () => {
      const boy = child('b', { ...ada, gender: 'm' });
      expect(considered(child('a', ada), boy, child('c', ada))?.rivals).toMatchObject([
        { rule: 'kin-1', levels: { gender: 'different', postcode: 'full' }, verdict: 'genders-differ' },
      ]);
    });

    it('says what comparison found of a rival that shares no more than a token without force', () => {
      const [us, other] = [email('us'), { letters: 'bob', gender: 'm' }];
      const found = considered(
        child('a', atNoAddress, us),
        child('x', { ...other, born: '2011-01-01' }, us),
        child('y', { ...other, born: '2012-02-02' }, us),
        child('b', atNoAddress, us),
      );
      expect(found?.rivals.map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual([
        'email token-without-force',
        'email token-without-force',
        'kin-1 score-not-decisive',
      ]);
    });

    it('names twenty rivals, and says how many more there are', () => {
      const many = Array.from({ length: 24 }, (_, at) => child(`${at}`, atNoAddress));
      const found = considered(...many);
      expect(found?.rivals).toHaveLength(20);
      expect(found?.more).toBe(3);
    });
  });

  it('sets a row aside that has neither an identifier nor a case number nor a candidate key', () => {
    const world = new LinkageWorld([], kin1(settings));
    world.submit({ dataset: 'alpha.user', rows: [{ id: 'a', tokens: [born('2020-03-04')] }] });
    expect(world.whereIs('alpha.user', 'a')).toBe('(unlinkable)');
  });

  it.each([
    ['the band of review begins higher than the margin reaches', { reviewFrom: 4_001 }],
    ['it begins at no score', { reviewFrom: 0 }],
  ])('is refused if %s', (_, bands) => {
    expect(() => kin1({ ...settings, ...bands })).toThrow(RangeError);
  });

  it('names its model by hash, so that another model is another strategy', () => {
    const models = [20_000, 30_000].map(
      (coldStart) => kin1({ ...settings, model: { coldStart } }).parameters['model'],
    );
    expect(models[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(models[0]).not.toBe(models[1]);
  });
});
