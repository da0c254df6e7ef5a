import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { columnsOf, type GoldenTable } from './golden-table.js';
import { dateRoles, goldenTables } from './golden-tables.js';

/** What a reader relies on: names, types, keys, references and meanings. */
const promised = (table: GoldenTable) => [
  ...[table.name, table.kind, table.grain, table.readers, table.key],
  columnsOf(table).map(({ name, type, nullable, meaning, unit, refersTo }) => [
    ...[name, type, nullable ?? false, meaning, unit ?? null, refersTo ?? null],
  ]),
];

const digestOf = (table: GoldenTable): string =>
  createHash('sha256')
    .update(JSON.stringify(promised(table)))
    .digest('hex')
    .slice(0, 16);

describe('the golden dataset, version 1', () => {
  it('keeps its tables as they are: what is to differ belongs into the next version', () => {
    expect(Object.fromEntries(goldenTables.map((table) => [table.name, digestOf(table)]))).toEqual({
      standing: '278eab6bb92c49ba',
      area: 'c896890470d7307f',
      date: '21f43309dadfa16c',
      definition: 'fda0f31e15ecc6a6',
      engagement: '47b75edcf26333a4',
      ethnicity: 'd323f8e1ae27f0bf',
      family: 'a94e0fbb2df45dbb',
      family_individual: '1124a4d94812cf29',
      feedback: 'b2e0b10811c997c4',
      individual: '1f2a1d8bd204e381',
      individual_attribute: '3e987420b6b4453c',
      input: '05c7411e1a107f78',
      measure: '66138a970a027f9b',
      outcome: '497c15b774db809f',
      period: 'a15c531aaa47417a',
      population: '4549fefd0ccc5d5c',
      published_count: '05e5b0eb530ba2cf',
      published_quarter: 'daae93d535e96901',
      registration: '76fbaa30ed6f96fe',
      service: '90a917459648da1f',
      service_pair: 'e959b8e13a2b4d65',
      submission_finding: '79c8fb3719e696f9',
      submission_quality: '8df3ecf1fb25c32c',
      target: 'bc5f6bae90a757ec',
    });
  });

  it.each(goldenTables)('describes each column of $name, and keys and references that it has', (table) => {
    const names = columnsOf(table).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...table.key]));
    for (const { name, meaning, source, refersTo } of columnsOf(table)) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(
        [meaning, source].every((said) => said.trim() !== ''),
        name,
      ).toBe(true);
      if (refersTo !== undefined)
        expect(
          goldenTables.map((each) => each.name),
          `${table.name}.${name}`,
        ).toContain(refersTo.table);
    }
  });

  it('has no two tables or roles of one name', () => {
    const names = [...goldenTables, ...dateRoles].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('shows everybody no key of a person, of a family or of a record', () => {
    const shown = goldenTables
      .filter(({ readers }) => readers === 'everybody')
      .flatMap((table) => columnsOf(table));
    const kept = goldenTables.filter(({ readers }) => readers === 'data team').map(({ name }) => name);
    expect(shown.filter(({ refersTo }) => kept.includes(refersTo?.table ?? ''))).toEqual([]);
    expect(shown.filter(({ name }) => /individual_key|family_key|submission_key/.test(name))).toEqual([]);
  });
});
