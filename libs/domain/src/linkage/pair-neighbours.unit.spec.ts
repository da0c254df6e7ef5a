import { describe, expect, it } from 'vitest';
import { born, childKey, email, LinkageWorld, mobile, type RowSpec } from './testing/linkage-world.js';
import { pairStrategy } from './testing/pair-strategy.js';

const dataset = 'alpha.user';
const submitted = (...files: readonly (readonly RowSpec[])[]) => {
  const world = new LinkageWorld([], pairStrategy);
  const submissions = files.map((rows, at) => world.submit({ dataset, sequence: at + 1, rows }));
  const withdrawLast = () => {
    world.withdraw(submissions.at(-1)!);
  };
  const isOne = () => {
    const [one, other] = ['a', 'b'].map((id) => world.whereIs(dataset, id));
    return one === other && one !== '(unlinkable)';
  };
  return { withdrawLast, isOne };
};

const alike = (id: string, ...more: RowSpec['tokens']): RowSpec => ({
  id,
  tokens: [childKey('1'), born('2020'), ...more],
});

describe('records under a candidate key', () => {
  const others = ['c', 'd'].map((id, at) => ({ id, tokens: [childKey('1'), born(`${2000 + at}`)] }));

  it('join if their score is high enough, without a token that connects them', () => {
    expect(submitted([alike('a')], [alike('b')]).isOne()).toBe(true);
  });

  it('stay apart if their score is too low', () => {
    expect(
      submitted([{ id: 'a', tokens: [mobile('1')] }], [{ id: 'b', tokens: [mobile('1')] }]).isOne(),
    ).toBe(false);
  });

  it('part once more live records hold the key than are compared, and join again once fewer do', () => {
    const { isOne, withdrawLast } = submitted([alike('a'), alike('b')], others);
    expect(isOne()).toBe(false);
    withdrawLast();
    expect(isOne()).toBe(true);
  });

  it('part once the address that speaks against them regains its force, and join again once it loses it', () => {
    const holders = ['x', 'y', 'z'].map((id, at) => ({
      id,
      tokens: [email('shared'), born(`${2000 + at}`)],
    }));
    const pair = [alike('a', email('shared')), alike('b', email('own'))];
    expect(submitted(pair).isOne()).toBe(false);
    const { isOne, withdrawLast } = submitted(pair, holders);
    expect(isOne()).toBe(true);
    withdrawLast();
    expect(isOne()).toBe(false);
  });
});
