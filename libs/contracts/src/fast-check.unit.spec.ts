import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contract } from './contract.js';
import { fitsAsItIs } from './fast-check.js';
import * as contracts from './index.js';
import { ledgerContracts, pseudonymisedRow, RowPseudonymised } from './index.js';

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'schema' in value && 'example' in value;
const every: readonly Contract[] = [
  ...Object.values(ledgerContracts),
  ...Object.values<unknown>(contracts).filter(isContract),
];

type Path = readonly (string | number)[];
const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))]
    : [path];

/** The value with one place replaced, taken out, or given one member more. */
function changed(
  value: unknown,
  [step, ...rest]: Path,
  change: unknown,
  how: 'replace' | 'remove' | 'add',
): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) {
    return how === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value, unheardOf: change }
      : change;
  }
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  if (rest.length === 0 && how === 'remove') Reflect.deleteProperty(copy, step);
  else copy[step] = changed(copy[step], rest, change, how);
  return copy;
}

const nasty = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '',
    '\u{1F600}'.repeat(70),
    'a'.repeat(121),
    '2023-13-45',
    '2023-10-09T09:30:00+01:00',
    -1,
  ),
  fc.constantFrom<unknown>(
    1e300,
    2 ** 53,
    0.5,
    -0,
    '00112233445566778899aabbccddeeff\n',
    'a\u2028b',
    'É',
    501,
  ),
);

describe('the compiled check', () => {
  it.each(every.map((contract) => [contract.name, contract] as const))(
    'of %s knows its example',
    (_, { schema, example }) => {
      const data = schema.parse(example);
      expect(fitsAsItIs(schema, data)).toBe(true);
    },
  );

  it('accepts only what the schema accepts, and gives back unchanged, whatever is done to the data', () => {
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

  it('leaves a member that nobody knows to the schema', () => {
    const row = RowPseudonymised.example.rows[0]!;
    expect(fitsAsItIs(pseudonymisedRow, { ...row, name: 'Zoe' })).toBe(false);
    expect(fitsAsItIs(pseudonymisedRow, JSON.parse(`{"__proto__":{},${JSON.stringify(row).slice(1)}`))).toBe(
      false,
    );
  });
});
