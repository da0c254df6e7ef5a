import { describe, expect, it } from 'vitest';
import {
  FEWEST_HOLDERS,
  frequencyHash,
  frequencyTable,
  frequencyText,
  NameFrequencies,
  readFrequencyTable,
  withOtherTokens,
  type ValueCount,
} from './name-frequencies.js';

const token = (name: string): string => Buffer.from(name.padEnd(16, '.')).toString('hex');
const counts = new Map<string, ValueCount>([
  [token('olivia'), { rows: 300, people: 250 }],
  [token('ada'), { rows: 30, people: FEWEST_HOLDERS }],
  [token('one person'), { rows: 500, people: 1 }],
  [token('others'), { rows: 29_170, people: 19 }],
]);
const domain = 'name:full';
const table = frequencyTable({ 'given-name': { domain, counts } });
const frequencies = new NameFrequencies(frequencyHash(table), table);

describe('how common names are', () => {
  it('is told by the share of rows', () => {
    expect(frequencies.rarityOf('given-name', token('olivia'))).toBe(5);
    expect(frequencies.rarityOf('given-name', token('ada'))).toBe(4);
  });

  it('is not told of values that few people have, however many rows they have, nor of other fields', () => {
    expect(frequencyText(table)).not.toContain(token('one person'));
    expect(frequencies.rarityOf('given-name', token('one person'))).toBe(1);
    expect(frequencies.rarityOf('surname', token('olivia'))).toBe(1);
  });

  it('is a table with the same bytes, whatever the order in which values were counted', () => {
    const turned = new Map([...counts].reverse());
    expect(frequencyText(frequencyTable({ 'given-name': { domain, counts: turned } }))).toBe(
      frequencyText(table),
    );
    expect(readFrequencyTable(JSON.parse(frequencyText(table)))).toEqual(table);
  });

  it('follows its tokens to another key', async () => {
    const wrapped = (value: string) => Buffer.from(value, 'hex').reverse().toString('hex');
    const rotated = await withOtherTokens(table, async (domains) =>
      Promise.resolve(domains.map(({ tokens }) => tokens.map(wrapped))),
    );
    const after = new NameFrequencies(frequencies.id, rotated);
    expect(after.rarityOf('given-name', wrapped(token('olivia')))).toBe(5);
    expect(after.rarityOf('given-name', token('olivia'))).toBe(1);
    expect(rotated.fields['given-name']?.tokens.map(([value]) => value)).toEqual(
      table.fields['given-name']?.tokens.map(([value]) => wrapped(value)).sort(),
    );
  });
});
