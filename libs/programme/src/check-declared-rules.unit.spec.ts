import { describe, expect, it } from 'vitest';
import { checkDeclaredRules } from './check-declared-rules.js';
import { datasetSchema } from './definition/definition.js';

const fields = [
  { name: 'case', title: 'Case', type: 'string', constraints: { required: true }, 'x-kinledger': { format: 'case-number', identifiers: [{ kind: 'case-number', use: 'local' }] } },
  { name: 'seen', title: 'Seen', type: 'date' },
  { name: 'born', title: 'Born', type: 'date', 'x-kinledger': { identifiers: [{ kind: 'birth-date', use: 'guard' }] } },
  { name: 'score', title: 'Score', type: 'number' },
  { name: 'unit', title: 'Unit', type: 'string', constraints: { enum: ['kg', 'cm'] } },
  { name: 'consent', title: 'Consent', type: 'boolean', 'x-kinledger': { consent: true } },
]; // prettier-ignore

const problems = (rules: object): readonly string[] => {
  const found: string[] = [];
  const schema = datasetSchema.parse({ fields, 'x-kinledger': { role: 'none', rules } });
  checkDeclaredRules(schema, (path, message) => found.push(`${path.replace('x-kinledger.rules.', '')}: ${message}`)); // prettier-ignore
  return found;
};
const row = (rest: object) => ({ rows: [{ name: 'rule', severity: 'warning', message: 'It is so.', ...rest }] }); // prettier-ignore

describe('declared rules', () => {
  it('may be absent, and have no problem where they fit', () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({
        ...row({
          field: 'score',
          when: { all: [{ field: 'unit', is: ['kg'] }, { not: { field: 'seen', filled: false } }] },
          expect: {
            any: [
              { field: 'score', atMost: 60 },
              { field: 'seen', atLeast: { field: 'born' } },
            ],
          },
          drops: ['score'],
        }),
        groups: [{ name: 'group', severity: 'error', by: ['case'], same: 'born', message: 'They differ.' }],
        file: [{ name: 'file', field: 'unit', filledAtLeast: 0.5, message: 'Too few.' }],
        fill: [{ field: 'unit', value: 'kg' }],
      }),
    ).toEqual([]);
  });

  it.each([
    ['a field that is not there', row({ field: 'a', when: { field: 'b', filled: true }, expect: { not: { field: 'seen', atLeast: { field: 'c' } } } }),
      ['rows[0]: no field "b"', 'rows[0]: no field "c"', 'rows[0]: no field "a"']],
    ['a value that a field cannot have', row({ expect: { all: [{ any: [{ field: 'unit', is: ['kg', 'lb'] }] }] } }), ['rows[0]: "lb" is no value of field "unit"']],
    ['an order that there is none of', row({ expect: { field: 'unit', atLeast: 3 } }), ['rows[0]: field "unit" has no order: only dates and numbers are compared']],
    ['a number compared with a day', row({ expect: { field: 'score', atMost: '2020-01-01' } }), ['rows[0]: field "score" cannot be compared with "2020-01-01"']],
    ['a day compared with a number', row({ expect: { field: 'seen', atLeast: 3 } }), ['rows[0]: field "seen" cannot be compared with 3']],
    ['fields of different kinds', row({ expect: { field: 'score', atMost: { field: 'seen' } } }), ['rows[0]: fields "score" and "seen" cannot be compared']],
    ['fields of different kinds that should be the same', row({ expect: { field: 'unit', sameAs: 'case' } }), ['rows[0]: fields "unit" and "case" cannot be compared']],
    ['a drop of what a row needs', row({ expect: { field: 'unit', filled: true }, drops: ['case', 'consent', 'x'] }),
      ['rows[0].drops[0]: a row needs a value in "case": make the rule an error', 'rows[0].drops[1]: a row needs a value in "consent": make the rule an error', 'rows[0].drops[2]: no field "x"']],
    ['two rules of one name', { ...row({ expect: { field: 'unit', filled: true } }), file: [{ name: 'rule', field: 'x', filledAtLeast: 1, message: 'Too few.' }] },
      ['file[0].name: rule "rule" is defined twice', 'file[0]: no field "x"']],
    ['a group of fields that are not there', { groups: [{ name: 'g', severity: 'error', by: ['x'], same: 'y', message: 'They differ.' }] }, ['groups[0]: no field "x"', 'groups[0]: no field "y"']],
    ['consent that is filled', { fill: [{ field: 'consent', value: 'true' }] }, ['fill[0]: nobody consents for somebody else: the consent column is not filled']],
    ['an identifier that is filled', { fill: [{ field: 'case', value: '1' }] }, ['fill[0]: "case" is an identifier: one value for many rows would make them one person']],
    ['a gap filled from another kind', { fill: [{ field: 'unit', from: 'score' }, { field: 'unit', from: 'x' }] }, ['fill[0]: "score" holds values of another kind than "unit"', 'fill[1]: no field "x"']],
  ])('are refused for %s', (_, rules, expected) => {
    expect(problems(rules)).toEqual(expected);
  }); // prettier-ignore

  it('say of a group either that rows agree or that there is one', () => {
    const group = { name: 'g', severity: 'error', by: ['case'], message: 'They differ.' };
    expect(() => problems({ groups: [group] })).toThrow('either');
    expect(() => problems({ groups: [{ ...group, same: 'born', once: true }] })).toThrow('either');
  });
});
