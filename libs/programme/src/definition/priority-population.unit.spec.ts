import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  belongsTo,
  priorityPopulation,
  type HeldOfPerson,
  type PriorityRule,
} from './priority-population.js';

const person = (rest: Partial<HeldOfPerson> = {}): HeldOfPerson => ({ attributes: {}, ...rest });
const deprived: PriorityRule = { deprivationDecile: { atMost: 2 } };
const alone: PriorityRule = { attribute: 'loneParent', in: ['yes'] };

describe('a priority population', () => {
  it.each([
    ['a decile within it', deprived, person({ deprivationDecile: 2 }), true],
    ['a decile beyond it', deprived, person({ deprivationDecile: 3 }), false],
    ['no known residence', deprived, person(), undefined],
    ['an attribute of the list', alone, person({ attributes: { loneParent: 'yes' } }), true],
    ['another value', alone, person({ attributes: { loneParent: 'no' } }), false],
    ['no value', alone, person(), undefined],
    ['a value that says nothing', alone, person({ attributes: { loneParent: 'not-stated' } }), undefined],
    ['a residence outside', { inArea: true } as const, person({ inArea: false }), false],
    ['one part that holds, one unknown', { any: [alone, deprived] }, person({ deprivationDecile: 1 }), true],
    [
      'one part that fails, one unknown',
      { any: [alone, deprived] },
      person({ deprivationDecile: 9 }),
      undefined,
    ],
    [
      'all of which one fails, one unknown',
      { all: [alone, deprived] },
      person({ deprivationDecile: 9 }),
      false,
    ],
    [
      'all of which one holds, one unknown',
      { all: [alone, deprived] },
      person({ deprivationDecile: 1 }),
      undefined,
    ],
    ['not what is unknown', { not: alone }, person(), undefined],
    ['not what holds', { not: deprived }, person({ deprivationDecile: 1 }), false],
  ] as const)('judges a person with %s', (_what, rule, held, answer) => {
    expect(belongsTo(rule, held)).toBe(answer);
  });

  it('never changes a known answer when more becomes known', () => {
    const rule: fc.Arbitrary<PriorityRule> = fc.letrec<{ rule: PriorityRule }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<PriorityRule>(alone, deprived, { inArea: true }),
        fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie('rule') }),
      ),
    })).rule;
    const known = fc.record({
      attributes: fc.constantFrom({}, { loneParent: 'yes' }, { loneParent: 'no' }),
      deprivationDecile: fc.constantFrom(undefined, 1, 9),
      inArea: fc.constantFrom(undefined, true, false),
    });
    fc.assert(
      fc.property(rule, known, (asked, held) => {
        const answer = belongsTo(asked, held);
        if (answer === undefined) return;
        const more = {
          attributes: { loneParent: 'yes', ...held.attributes },
          deprivationDecile: held.deprivationDecile ?? 1,
          inArea: held.inArea ?? false,
        };
        expect(belongsTo(asked, more)).toBe(answer);
      }),
    );
  });

  it('refuses a rule that holds rules too deep', () => {
    let rule: PriorityRule = alone;
    for (let depth = 0; depth < 8; depth++) rule = { not: rule };
    const population = { name: 'Somebody', version: 1, from: '2020-04-01' };
    expect(priorityPopulation.safeParse({ ...population, rule }).success).toBe(true);
    expect(priorityPopulation.safeParse({ ...population, rule: { not: rule } }).success).toBe(false);
  });
});
