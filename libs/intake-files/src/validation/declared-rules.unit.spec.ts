import { hash } from 'node:crypto';
import { datasetSchema, plausibility, type DatasetSchema } from '@kinledger/programme/definition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapHeader } from '../mapping/map-header.js';
import { RowValidator } from './row-validator.js';

const fields = [
  { name: 'id', title: 'ID', type: 'string', 'x-kinledger': { format: 'case-number' } },
  { name: 'born', title: 'Born', type: 'date', 'x-kinledger': { identifiers: [{ kind: 'birth-date', use: 'guard' }] } },
  { name: 'seen', title: 'Seen', type: 'date' },
  { name: 'measure', title: 'Measure', type: 'string', constraints: { enum: ['weight', 'height'] } },
  { name: 'amount', title: 'Amount', type: 'number', 'x-kinledger': { missing: 'error' } },
  { name: 'most', title: 'Most', type: 'integer' },
  { name: 'unit', title: 'Unit', type: 'string', constraints: { enum: ['kg', 'cm'] }, 'x-kinledger': { valueMap: { Kilograms: 'kg' } } },
]; // prettier-ignore
const schemaWith = (rules: object): DatasetSchema =>
  datasetSchema.parse({ fields, 'x-kinledger': { role: 'none', rules } });
const validatorFor = (rules: object) => {
  const schema = schemaWith(rules);
  const titles = schema.fields.map(({ title }) => title);
  return new RowValidator({ schema }, mapHeader(schema, titles), {
    headerLength: titles.length,
    dates: {
      today: '2023-10-09',
      period: { start: '2023-07-01', end: '2023-10-01' },
      holdsEarlierRows: false,
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 100 },
    sha256: (text) => hash('sha256', text),
  });
};
/** Validates rows, each given by the cells that differ from a good one. */
const check = (rules: object, ...rows: readonly Readonly<Record<string, string>>[]) => {
  const validator = validatorFor(rules);
  const good: Readonly<Record<string, string>> = { id: 'A', born: '', seen: '', measure: 'weight', amount: '12', most: '', unit: '' }; // prettier-ignore
  const validated = rows.map((row, index) => {
    const cells = { ...good, id: `A${index}`, ...row };
    return validator.validate(fields.map(({ name }) => cells[name as keyof typeof cells]), index + 2); // prettier-ignore
  });
  const told = validated.map(({ outcome, findings }) => [
    outcome,
    ...findings.map(({ rule, value }) => (value === null ? rule.code : `${rule.code} ${value}`)),
  ]);
  return { told, validated, ofFile: validator.fileFindings() };
};
const told = (rules: object, ...rows: readonly Readonly<Record<string, string>>[]) => check(rules, ...rows).told; // prettier-ignore
const rowRule = (rest: object) => ({ rows: [{ name: 'rule', severity: 'warning', message: 'It is so.', ...rest }] }); // prettier-ignore

describe('a declared rule about a row', () => {
  it('rejects a row as an error and tells of it as a warning, with the value of its field', () => {
    const rule = { field: 'amount', when: { field: 'measure', is: ['weight'] }, expect: { field: 'amount', atMost: 60 } }; // prettier-ignore
    expect(told(rowRule(rule), { amount: '60' }, { amount: '120' }, { measure: 'height', amount: '120' })).toEqual([['accepted'], ['warned', 'rule 120'], ['accepted']]); // prettier-ignore
    expect(told(rowRule({ ...rule, severity: 'error' }), { amount: '120' })).toEqual([['rejected', 'rule 120']]); // prettier-ignore
  });

  it('drops the values that it names, and takes the rest', () => {
    const rules = rowRule({ expect: { field: 'amount', atMost: 60 }, drops: ['measure', 'unit'] });
    const { validated } = check(rules, { amount: '120', unit: 'kg' });
    expect(validated[0]).toMatchObject({ outcome: 'warned', values: ['A0', null, null, null, '120', null, null] }); // prettier-ignore
  });

  it.each([
    ['days', { field: 'seen', atLeast: { field: 'born' } }, { born: '02/01/2020', seen: '01/01/2020' }, { born: '02/01/2020', seen: '02/01/2020' }],
    ['a day with a fixed one', { field: 'seen', atLeast: '2020-01-02' }, { seen: '1 Jan 2020' }, { seen: '02/01/2020' }],
    ['numbers by size', { field: 'amount', atMost: { field: 'most' } }, { amount: '9.5', most: '9' }, { amount: '9', most: '10' }],
    ['values for being the same', { field: 'seen', sameAs: 'born' }, { seen: '01/01/2020', born: '02/01/2020' }, { seen: '01/01/2020', born: '1 Jan 2020' }],
    ['values for being there', { field: 'unit', filled: true }, {}, { unit: 'kg' }],
    ['all', { all: [{ field: 'unit', filled: true }, { field: 'seen', filled: true }] }, { unit: 'kg' }, { unit: 'kg', seen: '01/01/2020' }],
    ['any', { any: [{ field: 'unit', filled: true }, { field: 'seen', filled: true }] }, {}, { unit: 'kg' }],
    ['none', { not: { field: 'unit', is: ['cm'] } }, { unit: 'CM' }, { unit: 'Kilograms' }],
  ])('compares %s', (_, expected, broken, kept) => {
    expect(told(rowRule({ expect: expected }), broken, kept)).toEqual([['warned', 'rule'], ['accepted']]);
  }); // prettier-ignore

  it('says nothing of a value that is missing or could not be read', () => {
    const before = { field: 'seen', atLeast: { field: 'born' } };
    const rows = [{ seen: '01/01/2020' }, { born: '02/01/2020' }];
    expect(told(rowRule({ expect: before }), ...rows)).toEqual([['accepted'], ['accepted']]);
    expect(told(rowRule({ expect: { not: before } }), ...rows)).toEqual([['accepted'], ['accepted']]);
    expect(told(rowRule({ when: { not: before }, expect: { field: 'unit', filled: true } }), ...rows)).toEqual([['accepted'], ['accepted']]); // prettier-ignore
  });

  it('follows the logic of three values (Kleene), for any condition', () => {
    // Amount is there or not, and if there, above 5 or not.
    const leaf = fc.constantFrom({ field: 'most', atLeast: 5 }, { field: 'most', filled: true });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie('tree') }),
      ),
    }));
    type Tree = { all?: Tree[]; any?: Tree[]; not?: Tree; filled?: boolean };
    const truth = (of: Tree, most: number | undefined): number => {
      if (of.all) return Math.min(...of.all.map((each) => truth(each, most)));
      if (of.any) return Math.max(...of.any.map((each) => truth(each, most)));
      if (of.not) return 1 - truth(of.not, most);
      if (of.filled !== undefined) return most === undefined ? 0 : 1;
      return most === undefined ? 0.5 : Number(most >= 5);
    };
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 3, 7), (expected, most) => {
        const [row] = told(rowRule({ expect: expected }), { most: most === undefined ? '' : String(most) });
        expect(row?.length).toBe(truth(expected as Tree, most) === 0 ? 2 : 1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a declared rule about a group of rows', () => {
  const groups = (rest: object) => ({ groups: [{ name: 'group', severity: 'warning', by: ['unit', 'measure'], message: 'They differ.', ...rest }] }); // prettier-ignore

  it('holds the first value that a group has against the others, by all fields of the group', () => {
    expect(
      told(
        groups({ same: 'born' }),
        { unit: 'kg', born: '' },
        { unit: 'kg', born: '01/01/2020' },
        { unit: 'kg', born: '02/01/2020' },
        { unit: 'kg', born: '1 Jan 2020' },
        { unit: 'cm', born: '02/01/2020' },
        { unit: '', born: '03/01/2020' },
      ),
    ).toEqual([['accepted'], ['accepted'], ['warned', 'group 02/01/2020'], ['accepted'], ['accepted'], ['accepted']]); // prettier-ignore
  });

  it('allows one row, and counts no row that is rejected for something else', () => {
    const rules = groups({ once: true, severity: 'error' });
    expect(told(rules, { unit: 'kg', amount: '' }, { unit: 'kg' }, { unit: 'kg' }, { unit: 'cm' })).toEqual([
      ['rejected', 'missing-amount'],
      ['accepted'],
      ['rejected', 'group'],
      ['accepted'],
    ]);
  });
});

describe('a declared rule about a file', () => {
  const file = { file: [{ name: 'mostly-known', field: 'unit', filledAtLeast: 0.5, message: 'Too few.' }] };
  it('tells how many accepted rows have no value if the share is less than declared', () => {
    expect(check(file, { unit: 'kg' }, {}, { amount: '' }).ofFile).toEqual([]);
    expect(check(file, { unit: 'kg' }, {}, {}).ofFile).toMatchObject([{ rule: { code: 'mostly-known' }, rows: 2 }]); // prettier-ignore
    expect(check(file).ofFile).toEqual([]);
  });
});

describe('a gap that is declared to be filled', () => {
  it('is filled by a value or by another field, before rules are applied, and is told without being a fault', () => {
    const fill = [{ field: 'amount', from: 'most' }, { field: 'unit', value: 'Kilograms' }]; // prettier-ignore
    const rules = { fill, ...rowRule({ expect: { field: 'unit', is: ['kg'] } }) };
    const { told: outcomes, validated } = check(rules, { amount: '', most: '4' }, { unit: 'cm' }, { amount: '' }); // prettier-ignore
    expect(outcomes).toEqual([
      ['accepted', 'filled-amount', 'filled-unit'],
      ['warned', 'rule'],
      ['rejected', 'missing-amount', 'filled-unit'],
    ]);
    expect(validated[0]?.values).toEqual(['A0', null, null, 'weight', '4', '4', 'kg']);
  });

  it('is no gap where a value stands that cannot be read', () => {
    expect(told({ fill: [{ field: 'amount', value: '1' }] }, { amount: 'twelve' })).toEqual([
      ['rejected', 'invalid-amount twelve'],
    ]);
  });
});
