import { describe, expect, it } from 'vitest';
import { carerEmail, childKey, email, LinkageWorld, nhs, type RowSpec } from './testing/linkage-world.js';
import { adult, child, outcomesOf } from './testing/worked-example.js';

const user = 'peep.user';
const old: RowSpec = { id: 'r', tokens: [nhs('1')], note: 'old' };
const changed: RowSpec = { id: 'r', tokens: [nhs('1')], note: 'new' };
const another: RowSpec = { id: 'r', tokens: [nhs('1')], note: 'another' };
const refusal: RowSpec = { id: 'r', tokens: [], refuses: true };

const outcomesIn = ({ events }: LinkageWorld) =>
  events.flatMap(({ type, data }) =>
    type === 'SubmissionLinked'
      ? [Object.entries(data.outcomes).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]))]
      : [],
  );

// Worked out by hand. Of two rows with one key in a file, the first counts. A row equal to it, or to the live record,
// is unchanged; any other is superseded.
describe('a file with two rows of one key', () => {
  const cases: [what: string, rows: RowSpec[], first: string[], afterOld: string[]][] = [
    [
      'the same twice',
      [changed, changed],
      ['1 registered', '1 unchanged'],
      ['1 matched', '1 unchanged', '1 corrected', '1 retired'],
    ],
    [
      'two that differ',
      [changed, another],
      ['1 registered', '1 superseded'],
      ['1 matched', '1 superseded', '1 corrected', '1 retired'],
    ],
    ['a row equal to the live record, twice', [old, old], ['1 registered', '1 unchanged'], ['2 unchanged']],
    [
      'a row equal to the live record, then another',
      [old, changed],
      ['1 registered', '1 superseded'],
      ['1 superseded', '1 unchanged'],
    ],
    [
      'another row, then one equal to the live record',
      [changed, old],
      ['1 registered', '1 superseded'],
      ['1 matched', '1 unchanged', '1 corrected', '1 retired'],
    ],
    ['a row, and a refusal', [changed, refusal], ['1 superseded'], ['1 superseded', '1 retired']],
    [
      'a row equal to the live record, and a refusal',
      [old, refusal],
      ['1 superseded'],
      ['1 unchanged', '1 retired'],
    ],
  ];
  it.each(cases)('counts their outcomes: %s', (_, rows, first, afterOld) => {
    const fresh = new LinkageWorld();
    fresh.submit({ dataset: user, rows });
    expect(outcomesIn(fresh)).toEqual([first]);
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [old] });
    world.submit({ dataset: user, sequence: 2, rows });
    expect(outcomesIn(world)[1]?.toSorted()).toEqual(afterOld.toSorted());
  });
});

describe('a repeated row', () => {
  it('is unchanged if its tokens come in another order', () => {
    const world = new LinkageWorld();
    const tokens = [nhs('1'), email('e'), email('f'), email('g')];
    world.submit({ dataset: user, rows: [{ id: 'r', tokens }] });
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'r', tokens: tokens.toReversed() }] });
    expect(outcomesIn(world)).toEqual([['1 registered'], ['1 unchanged']]);
  });
});

describe('a row that has a token twice', () => {
  it('holds it once: a token on six rows without other marks has force, on seven it has none', () => {
    const holders = ['1', '2', '3', '4', '5', '6', '7'].map((id) => adult(id, email('e'), email('e')));
    for (const { people } of outcomesOf(holders.slice(0, 6))) expect(people).toEqual(['1+2+3+4+5+6']);
    for (const { setAside } of outcomesOf(holders)) expect(setAside).toHaveLength(7);
  });

  it('names a carer once', () => {
    const kids = ['1', '2', '3', '4', '5', '6'].map((id) =>
      child(id, childKey('k'), carerEmail('e'), carerEmail('e')),
    );
    for (const { kin } of outcomesOf([...kids, adult('m', email('e'))]))
      expect(kin).toEqual(['carer email: 1+2+3+4+5+6 / m']);
    const seven = child('7', childKey('l'), carerEmail('e'), carerEmail('e'));
    for (const { kin } of outcomesOf([...kids, seven, adult('m', email('e'))])) expect(kin).toEqual([]);
  });

  it('meets another row through the token, but not itself', () => {
    const world = new LinkageWorld();
    world.submit({ dataset: user, rows: [{ id: 'one', tokens: [email('e'), email('e')] }] });
    world.submit({ dataset: user, sequence: 2, rows: [{ id: 'two', tokens: [email('e'), email('e')] }] });
    const [one] = world.bodies.keys();
    const matched = world
      .told()
      .flatMap(({ type, data }) =>
        type === 'Matched' ? [{ strategy: data.strategy, rule: data.rule, through: data.through }] : [],
      );
    expect(matched).toEqual([{ strategy: 'leap-1', rule: 'email', through: one }]);
  });

  it('founds one individual if it is a session', () => {
    const world = new LinkageWorld();
    world.submit({
      ...{ dataset: 'peep.engagement', rows: [{ id: 's', tokens: [email('e'), email('e')] }] },
    });
    expect(world.reader.registered).toHaveLength(1);
  });
});

describe('a file whose rows each match a row of an earlier file', () => {
  it('names the matched row for each, however many records the decision covers', () => {
    const world = new LinkageWorld();
    const ids = Array.from({ length: 300 }, (_, at) => `${at}`);
    world.submit({ dataset: user, rows: ids.map((id) => ({ id, tokens: [nhs(id)] })) });
    const listed = [...world.bodies.keys()];
    world.submit({ dataset: 'other.user', rows: ids.map((id) => ({ id, tokens: [nhs(id)] })) });
    const through = world.told().flatMap(({ type, data }) => (type === 'Matched' ? [data.through] : []));
    expect(through).toEqual(listed);
  });
});
