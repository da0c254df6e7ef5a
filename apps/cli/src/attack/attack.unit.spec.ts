import type { Token } from '@kinledger/contracts';
import type { PostcodeLookup } from '@kinledger/programme';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import { describe, expect, it } from 'vitest';
import { attack } from './attack.js';
import { lookUpValue } from './candidates.js';
import { describeAttack } from './describe-attack.js';
import { keysGuessed } from './guessed-keys.js';
import type { Population } from './population.js';
import { readReference, referenceCounts } from './reference.js';
import { DERIVED, TokensByField } from './stored-tokens.js';

const SALT = 'mackerel-of-the-sea';
const [guess] = keysGuessed([SALT]);
const keys: Keys = { ...guess!, tokens: TokenKeys.fromMasters(nodeHashing, [Buffer.alloc(32, 9)]) };

type Values = readonly (readonly ['gender' | 'birth-date' | 'nhs-number', string])[];
/** A row with the tokens of these values, and with all that is derived of them. */
function addRow(to: TokensByField, values: Values, under: Keys): void {
  const tokens: { domain: string; use: 'identity'; token: Token }[] = [];
  const derived: { derivation: string; version: number; domain: string; tokens: Token[] }[] = [];
  for (const [field, value] of values)
    lookUpValue(
      field,
      value,
      under,
      () => true,
      (name, token) => {
        if (!name.startsWith(DERIVED)) tokens.push({ domain: name, use: 'identity', token: token as Token });
        else if (!name.includes('carer-'))
          derived.push({
            derivation: name.slice(DERIVED.length),
            version: 1,
            domain: '',
            tokens: [token as Token],
          });
      },
    );
  to.add({ tokens, derived });
}
const people: readonly Values[] = [
  [
    ['gender', 'F'],
    ['birth-date', '1911-01-31'],
  ],
  [
    ['gender', 'F'],
    ['birth-date', '1912-02-28'],
    ['nhs-number', '9434765919'],
  ],
  [['gender', 'M']],
];
const rowsUnder = (rows: readonly Values[], under: Keys): TokensByField => {
  const found = new TokensByField();
  for (const row of rows) addRow(found, row, under);
  return found;
};
const others: Population = {
  rows: 2,
  tokensUnder: (under) => rowsUnder([[['gender', 'F']], [['gender', 'F']], [['gender', 'M']]], under),
};
const postcodes = {
  size: 0,
  entries: () => new Map<string, string>().entries(),
} as unknown as PostcodeLookup;
const stored = rowsUnder(people, keys);
const attacked = (under: Keys = keys) =>
  attack({
    ...{
      stored: rowsUnder(people, under),
      keys: under,
      salt: SALT,
      population: others,
      reference: undefined,
    },
    ...{ postcodes, budget: 1_000 },
  });
const result = attacked();
const shares = (field: string, of = result) => {
  const found = of.fields.find((each) => each.field === field)!;
  const { byRank, withNothing, withSalt, withBoth } = found;
  return [byRank, withNothing, withSalt, withBoth].map(({ occurrences }) => occurrences);
};

describe('an attack on stored tokens', () => {
  it('opens a field of few values by rank, and any that can be tried with salt and key, but none with the salt', () => {
    expect(shares('gender')).toEqual([3, 0, 0, 3]);
    expect(shares('birth-date')).toEqual([0, 0, 0, 2]);
    expect(shares(`${DERIVED}birth-date-year`)).toEqual([0, 0, 0, 2]);
    expect(shares('nhs-number')).toEqual([0, 0, 0, 0]);
  });

  it('opens tokens that were made under a key that can be guessed', () => {
    const opened = attacked(guess);
    expect(shares('gender', opened)[2]).toBe(3);
    expect(shares(`${DERIVED}birth-date-year`, opened)[2]).toBe(2);
  });

  it('takes a published table for ranks', () => {
    const table = 'field,value,count\ngender,M,10\ngender,F,5\n';
    const reference = referenceCounts(readReference(table, 'table.csv'), keys);
    expect(reference.get('gender')?.size).toBe(2);
    expect(() => readReference('field,value,count\nshoe-size,9,1\n', 'table.csv')).toThrow(
      'table.csv, line 2: field',
    );
  });

  it('is told in shares, without a value or a token', () => {
    const text = describeAttack(result);
    expect(text).toMatch(/gender +2 +3 +100\.0 % +0\.0 % +0\.0 % +100\.0 %/);
    for (const field of stored.fields)
      for (const token of stored.of(field).keys()) expect(text).not.toContain(token);
  });
});
