import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { child, kin1World, type Child } from './testing/kin-1-rows.js';
import {
  caseNumber,
  email,
  LinkageWorld,
  mobile,
  nhs,
  rowKeyOf,
  type RowSpec,
} from './testing/linkage-world.js';

const atNoAddress: Child = { born: '2020-03-04', letters: 'ada' };
const ada: Child = { ...atNoAddress, postcode: 'se1 1aa' };
const isShown = () => true;

/** What relates row `a` to row `b` of a `kin-1` ledger, each from a service of its own. */
function related(rows: readonly RowSpec[], settings = {}, shown: (dataset: string) => boolean = isShown) {
  const { world, recordOf } = kin1World(rows, settings);
  return { ...world.engine.relate(recordOf('a'), recordOf('b'), shown), recordOf, world };
}
const reasons = (rows: readonly RowSpec[], settings = {}) => related(rows, settings).reasons;

describe('why two records are together', () => {
  it('says how the weights of a score add up to it, which level each has and who does not state a field', () => {
    const { isTogether, links, recordOf } = related([child('a', ada), child('b', ada, nhs('1'))]);
    expect(isTogether).toBe(true);
    const [link] = links ?? [];
    expect(link).toMatchObject({ records: [recordOf('a'), recordOf('b')], rule: 'kin-1' });
    const weights = link?.compared?.weights;
    const sum = weights?.fields.reduce((total, { weight }) => total + weight, weights.start);
    expect(sum).toBe(weights?.score);
    expect(weights?.fields).toContainEqual(expect.objectContaining({ field: 'postcode', level: 'full' }));
    expect(weights?.fields).toContainEqual({
      ...{ field: 'nhs-number', level: 'missing', missing: 'first', weight: 0 },
    });
    expect(weights?.fields).toContainEqual({
      ...{ field: 'given-name', level: 'missing', missing: 'both', weight: 0 },
    });
    expect(link?.compared?.conditions.every(({ outcome }) => outcome !== 'failed')).toBe(true);
  });

  it('leads from one to the other over the records between, each with its own rule', () => {
    const rows = [
      child('a', ada),
      child('m', ada, nhs('1')),
      child('b', { ...ada, postcode: 'n1 1aa' }, nhs('1')),
    ];
    const { links, recordOf } = related(rows);
    expect(links?.map(({ records, rule }) => [...records, rule])).toEqual([
      [recordOf('a'), recordOf('m'), 'kin-1'],
      [recordOf('m'), recordOf('b'), 'nhs-number'],
    ]);
    expect(links?.[1]?.compared).toBeUndefined();
  });

  it('names the score of two rows that also share a case number, which joins nobody', () => {
    const rows = [child('a', ada, caseNumber('K')), child('b', ada, caseNumber('K'))];
    const { links, shared } = related(rows);
    expect(links?.map(({ rule }) => rule)).toEqual(['kin-1']);
    expect(links?.[0]?.compared).toBeDefined();
    expect(shared).toEqual([]);
  });

  it('shows no link where links lead over a record of a dataset that is not shown', () => {
    const rows = [
      child('a', ada, email('x')),
      { id: 'm', role: 'child' as const, tokens: [email('x'), nhs('1')] },
      child('b', { born: '2020-03-04', letters: 'zoe', gender: 'm' }, nhs('1')),
    ];
    expect(related(rows).links).toHaveLength(2);
    const { isTogether, links, reasons: why } = related(rows, {}, (dataset) => dataset !== 'service1.user');
    expect({ isTogether, links, why }).toEqual({ isTogether: true, links: [], why: [] });
  });

  it('shows of very many records the link between the two alone, and none where there is none', () => {
    const rows = Array.from({ length: 101 }, (_, at): RowSpec => {
      const id = ['a', 'b', 'z'][at] ?? `r${at}`;
      const tokens = id === 'z' ? [email('y'), nhs('1')] : id === 'b' ? [nhs('1')] : [email('y')];
      return { id, role: 'child', tokens };
    });
    const { world, recordOf } = kin1World(rows, { maxHoldersPerToken: 1_000 });
    const linksOf = (one: string, other: string) =>
      world.engine.relate(recordOf(one), recordOf(other), isShown)?.links.map(({ rule }) => rule);
    expect([linksOf('a', 'z'), linksOf('z', 'b'), linksOf('a', 'b')]).toEqual([
      ['email'],
      ['nhs-number'],
      [],
    ]);
  });

  it('says how likely each class of pairs is', () => {
    const { compared } = related([child('a', ada), child('b', ada)]);
    const all = compared?.weights.classes.reduce((sum, { probability }) => sum + probability, 0);
    expect(all).toBeCloseTo(1, 4);
    expect(compared?.weights.classes[0]).toMatchObject({ class: 'match', isOnePerson: true });
  });
});

describe('why two records are not together', () => {
  it.each<[string, readonly RowSpec[], readonly string[]]>([
    [
      'nothing is compared',
      [child('a', ada), child('b', { born: '2018-07-09', letters: 'zoe' })],
      ['no-common-key'],
    ],
    [
      'the score is too low to link, and no contact or place agrees',
      [child('a', atNoAddress), child('b', atNoAddress)],
      ['score-below-link', 'conditions-failed'],
    ],
    [
      'siblings share the number of their family and nothing else',
      [
        child('a', ada, caseNumber('K')),
        child('b', { born: '2018-07-09', letters: 'zoe', gender: 'm' }, caseNumber('K')),
      ],
      ['no-common-key'],
    ],
    [
      'the NHS numbers differ',
      [child('a', ada, nhs('1')), child('b', ada, nhs('2'))],
      ['score-below-review', 'conditions-failed'],
    ],
    [
      'one is a child and the other an adult',
      [child('a', ada), { ...child('b', ada), role: 'adult' }],
      ['child-and-adult'],
    ],
    [
      'a row has nothing by which it may be linked',
      [child('a', ada), { id: 'b', role: 'child', tokens: [] }],
      ['unlinkable'],
    ],
    [
      'they have a mobile number in common, and different birth dates',
      [
        child('a', ada, mobile('m')),
        child('b', { born: '2018-07-09', letters: 'zoe', gender: 'm' }, mobile('m')),
      ],
      ['birth-date-not-shared', 'score-below-review', 'conditions-failed'],
    ],
    [
      'one has an identifier that many share',
      [
        child('a', ada, email('us')),
        child('b', { born: '2018-07-09', letters: 'zoe', gender: 'm' }, email('us')),
        child('x', { born: '2011-01-01', letters: 'bob' }, email('us')),
        child('y', { born: '2012-02-02', letters: 'eve' }, email('us')),
      ],
      ['token-without-force', 'score-below-review', 'conditions-failed'],
    ],
  ])('says that %s', (_, rows, expected) => {
    expect(reasons(rows)).toEqual(expected);
  });

  it('says that a key is crowded, of records that share no other', () => {
    const other = (id: string, letters: string, date: string) =>
      child(id, { born: date, letters, postcode: 'se1 1aa' });
    const rows = [child('a', ada), child('b', ada), child('x', ada), other('y', 'ada', '2020-03-04')];
    expect(reasons(rows, { maxHoldersPerKey: 2 })).toEqual(['keys-crowded']);
  });

  it('names the rival that comes too near, and how much it scores', () => {
    const nhsRows = [child('a', ada, nhs('1')), child('b', ada), child('c', ada, nhs('2'))];
    const { reasons: why, compared, recordOf } = related(nhsRows);
    expect(why).toContain('rival-too-near');
    expect(compared?.rival).toMatchObject({ of: recordOf('b'), record: recordOf('c') });
    expect(compared?.conditions).toContainEqual({ condition: 'margin', outcome: 'failed' });
  });

  it('knows no rival of a dataset that is not shown, and says no more than that others keep them apart', () => {
    const rows = [child('a', ada, nhs('1')), child('b', ada), child('c', ada, nhs('2'))];
    const found = related(rows, {}, (dataset) => dataset !== 'service2.user');
    expect(found.reasons).toEqual(['kept-apart-by-others']);
    expect(JSON.stringify([found.compared, found.decisive])).not.toContain(found.recordOf('c'));
  });

  it('counts the holders of an identifier among the records that are shown', () => {
    const boy = { born: '2018-07-09', letters: 'zoe', gender: 'm' };
    const rows = [
      child('a', ada, email('us')),
      child('b', boy, email('us')),
      child('x', { born: '2011-01-01', letters: 'bob' }, email('us')),
      child('y', { born: '2012-02-02', letters: 'eve' }, email('us')),
    ];
    const shared = [{ rule: 'email', hasForce: true, isUsable: true }];
    const [all, found] = [
      related(rows),
      related(rows, {}, (of) => ['service0.user', 'service1.user'].includes(of)),
    ];
    expect(all.shared).toEqual([{ ...shared[0], hasForce: false }]);
    expect([found.shared, found.reasons]).toEqual([shared, ['kept-apart-by-others']]);
  });

  it('counts the holders of an identifier without the records that were withdrawn', () => {
    const rows = [
      child('a', ada, email('us')),
      child('b', { ...ada, born: '2018-07-09' }, email('us')),
      child('x', { born: '2011-01-01', letters: 'bob' }, email('us')),
    ];
    const { world, recordOf } = kin1World(rows);
    const forces = () =>
      world.engine.relate(recordOf('a'), recordOf('b'), isShown)?.shared.map(({ hasForce }) => hasForce);
    expect(forces()).toEqual([false]);
    world.erase([recordOf('x')]);
    expect(forces()).toEqual([true]);
  });

  it('counts who has a key among the records that are shown', () => {
    const rows = [child('a', ada), child('b', ada), child('x', ada), child('y', ada)];
    const settings = { maxHoldersPerKey: 2 };
    const found = related(rows, settings, (of) => ['service0.user', 'service1.user'].includes(of));
    expect(related(rows, settings).keys?.crowded).toBeGreaterThan(0);
    expect([found.keys?.crowded, found.reasons]).toEqual([0, ['kept-apart-by-others']]);
  });

  it('says that a person decided so', () => {
    const { world, recordOf } = kin1World([child('a', ada), child('b', ada)]);
    world.constrain('LinkForbidden', [rowKeyOf('service0.user', 'a'), rowKeyOf('service1.user', 'b')]);
    expect(world.engine.relate(recordOf('a'), recordOf('b'), isShown)?.reasons[0]).toBe('forbidden');
  });

  it('compares the pair of their individuals that decides, where it is another', () => {
    const bare: RowSpec = { id: 'b', role: 'child', tokens: [nhs('2')] };
    const rows = [child('a', atNoAddress), child('m', atNoAddress, nhs('2')), bare];
    const { reasons: why, decisive, compared, recordOf } = related(rows);
    expect(why?.[0]).toBe('score-below-link');
    expect(compared?.isCandidate).toBe(false);
    expect(decisive?.records).toEqual([recordOf('a'), recordOf('m')]);
  });

  it('says nothing of a record that does not count, and of one of a dataset that is not shown', () => {
    const { world, recordOf } = kin1World([child('a', ada), child('b', ada)]);
    const [one, other] = [recordOf('a'), recordOf('b')];
    expect(world.engine.relate(one, other, (dataset) => dataset !== 'service1.user')).toBeUndefined();
    world.erase([other]);
    expect(world.engine.relate(one, other, isShown)).toBeUndefined();
  });

  it('tells of exact rules which identifier agreed, without weights', () => {
    const world = new LinkageWorld();
    world.submit({
      dataset: 'alpha.user',
      rows: ['a', 'b'].map((id) => ({ id, role: 'adult', tokens: [nhs('1'), email(id)] })),
    });
    const [one, other] = [...world.reader.records.keys()];
    if (one === undefined || other === undefined) throw new Error('nobody was placed');
    expect(world.engine.relate(one, other, isShown)).toMatchObject({
      ...{ isTogether: true, reasons: [], compared: undefined },
      links: [{ rule: 'nhs-number', compared: undefined }],
      shared: [{ rule: 'nhs-number', hasForce: true, isUsable: true }],
    });
  });

  it('always has a reason, and none where there is a link, whatever the rows', () => {
    const some = fc.record({
      born: fc.constantFrom('2020-03-04', '2020-04-03', '2017-03-04'),
      letters: fc.constantFrom('ada', 'bob'),
      postcode: fc.constantFrom('se1 1aa', 'n1 1aa'),
      gender: fc.constantFrom('f', 'm'),
      nhs: fc.option(fc.constantFrom('1', '2')),
      email: fc.option(fc.constantFrom('x', 'y')),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 2, maxLength: 6 }), (people) => {
        const rows = people.map(({ nhs: number, email: address, ...of }, at) =>
          child(
            ['a', 'b'][at] ?? `r${at}`,
            of,
            ...(number === null ? [] : [nhs(number)]),
            ...(address === null ? [] : [email(address)]),
          ),
        );
        const { isTogether, links, reasons: why, individuals } = related(rows);
        expect(isTogether).toBe(individuals?.[0] === individuals?.[1] && individuals?.[0] !== undefined);
        expect((links?.length ?? 0) > 0).toBe(isTogether);
        expect((why?.length ?? 0) > 0).toBe(isTogether !== true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the weights of levels that the ledger states', () => {
  it('add up to the score that it states', () => {
    const { world } = kin1World([child('a', ada), child('b', { ...ada, born: '2020-04-03' })]);
    const scored = world.events.flatMap((event) =>
      event.type === 'RecordsPlaced' ? event.data.placements : [],
    );
    const placement = scored.find((one) => 'score' in one);
    if (placement === undefined || !('score' in placement && 'levels' in placement))
      throw new Error('no score linked anybody');
    const weights = world.engine.weighLevels(placement.levels, placement.score);
    expect(weights?.score).toBe(placement.score);
    expect(weights?.fields.filter(({ missing }) => missing !== undefined)[0]?.missing).toBe('either');
    const { score, levels } = placement;
    for (const [other, total] of [
      [{ ...levels, 'shoe-size': 'full' }, score],
      [{ ...levels, gender: 'nearly' }, score],
      [levels, score + 1],
    ] as const)
      expect(world.engine.weighLevels(other, total)).toBeUndefined();
  });
});
