import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contract } from './contract.js';
import { fitsAsItIs } from './fast-check.js';
import * as contracts from './index.js';
import { ledgerContracts, pseudonymisedRow, RowPseudonymised } from './index.js';
import { changed, nasty, pathsOf } from './testing/changed-data.js';

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'schema' in value && 'example' in value;
const every: readonly Contract[] = [
  ...Object.values(ledgerContracts),
  ...Object.values<unknown>(contracts).filter(isContract),
];

describe('the compiled check', () => {
  it.each(every.map((contract) => [contract.name, contract] as const))(
    'of %s accepts its example',
    (_, { schema, example }) => {
      const data = schema.parse(example);
      expect(fitsAsItIs(schema, data)).toBe(true);
    },
  );

  it('accepts only data that the schema accepts and returns unchanged, whatever the change', () => {
    let accepted = 0;
    let refused = 0;
    const contract = fc.constantFrom(...every);
    const how = fc.constantFrom('replace' as const, 'remove' as const, 'add' as const);
    fc.assert(
      fc.property(contract, fc.nat(), nasty, how, ({ schema, example }, place, change, way) => {
        const paths = pathsOf(example);
        const data = changed(example, paths[place % paths.length]!, change, way);
        const parsed = schema.safeParse(data);
        if (fitsAsItIs(schema, data)) {
          accepted += 1;
          expect(parsed.error).toBeUndefined();
          expect(parsed.data).toEqual(data);
        } else refused += 1;
      }),
      { numRuns: 8_000 },
    );
    expect(accepted).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(1_000);
  });

  it('leaves unknown members to the schema', () => {
    const row = RowPseudonymised.example.rows[0]!;
    expect(fitsAsItIs(pseudonymisedRow, { ...row, name: 'Zoe' })).toBe(false);
    expect(fitsAsItIs(pseudonymisedRow, JSON.parse(`{"__proto__":{},${JSON.stringify(row).slice(1)}`))).toBe(
      false,
    );
  });
});
