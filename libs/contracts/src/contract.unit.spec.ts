import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract, isUnreadableContract, read } from './contract.js';

const Named = contract({
  name: 'Named',
  version: 3,
  description: 'Somebody has a name.',
  schema: z.object({
    names: z.array(z.string()),
    counts: z.record(z.string().regex(/^[a-z]$/), z.int()).exactOptional(),
  }),
  example: { names: ['Ada', 'Lovelace'] },
  earlier: [
    {
      version: 1,
      schema: z.object({ name: z.string() }),
      upcast: ({ name }: { name: string }) => ({ full: name }),
    },
    {
      version: 2,
      schema: z.object({ full: z.string() }),
      upcast: ({ full }: { full: string }) => ({ names: full.split(' ') }),
    },
  ],
});

const refusal = (make: () => unknown): unknown => {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal');
};

describe('a contract', () => {
  it('reads every version as the newest shape, by way of all in between', () => {
    expect(read(Named, 1, { name: 'Ada Lovelace' })).toEqual({ names: ['Ada', 'Lovelace'] });
    expect(read(Named, 2, { full: 'Ada Lovelace' })).toEqual({ names: ['Ada', 'Lovelace'] });
    expect(read(Named, 3, { names: ['Ada'] })).toEqual({ names: ['Ada'] });
  });

  it('ignores unknown members', () => {
    expect(read(Named, 3, { names: [], nickname: 'Countess' })).toEqual({ names: [] });
  });

  it('refuses versions that never existed', () => {
    for (const version of [0, -1, 4, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const error = refusal(() => read(Named, version, { names: [] }));
      expect(isUnreadableContract(error)).toBe(true);
      expect(error).toMatchObject({ contract: 'Named', version });
    }
  });

  it('refuses data of another version', () => {
    expect(isUnreadableContract(refusal(() => read(Named, 1, { full: 'Ada' })))).toBe(true);
    expect(isUnreadableContract(refusal(() => read(Named, 2, { names: [] })))).toBe(true);
  });

  it('throws only its own error, whatever the data', () => {
    fc.assert(
      fc.property(fc.anything(), fc.integer({ min: 1, max: 3 }), (data, version) => {
        try {
          read(Named, version, data);
        } catch (error) {
          expect(isUnreadableContract(error)).toBe(true);
        }
      }),
    );
  });

  it('quotes no value in its error, not even as the name of a member', () => {
    const secret = 'amara.okafor7@example.org';
    for (const data of [
      secret,
      { names: [secret, 7] },
      { names: [], counts: { [secret]: 1 } },
      { names: [], counts: { a: secret } },
    ]) {
      const error = refusal(() => read(Named, 3, data));
      expect(String(error)).not.toContain('amara');
      expect(String(error)).toMatch(/names|counts|root/);
    }
  });

  it('must keep every version from 1 on', () => {
    const declare = (versions: readonly number[], version: number) => () =>
      contract({
        name: 'Gap',
        version,
        description: '',
        schema: z.object({}),
        example: {},
        earlier: versions.map((earlier) => ({ version: earlier, schema: z.object({}), upcast: () => ({}) })),
      });
    for (const [versions, version] of [
      [[], 2],
      [[2], 3],
      [[2, 1], 3],
      [[1, 2], 2],
    ] as const) {
      expect(declare(versions, version)).toThrow(/must each be kept/);
    }
    expect(declare([1, 2], 3)).not.toThrow();
  });
});
