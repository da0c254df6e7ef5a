import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, Int32Column, NONE, Uint8Column } from './typed-column.js';

const step = fc.oneof(
  fc.record({ does: fc.constant('push' as const), value: fc.integer() }),
  fc.record({
    does: fc.constant('extend' as const),
    by: fc.integer({ min: -3, max: 40 }),
    value: fc.integer(),
  }),
  fc.record({ does: fc.constant('set' as const), at: fc.nat(1_000), value: fc.integer() }),
  fc.record({ does: fc.constant('clear' as const) }),
);
const steps = fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 9, arbitrary: step }), {
  maxLength: 120,
  size: 'max',
});

describe('a typed column', () => {
  it('has no value at NONE: writing there has no effect', () => {
    const column = new Int32Column();
    column.push(7);
    column.set(NONE, 8);
    expect([...column.view()]).toEqual([7]);
    expect(column.get(NONE)).toBeUndefined();
  });

  it('behaves like a list of numbers, whatever is done to it', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const column = new Int32Column();
        const list: number[] = [];
        for (const one of all) {
          if (one.does === 'push') {
            expect(column.push(one.value)).toBe(list.push(one.value) - 1);
          } else if (one.does === 'extend') {
            const length = list.length + one.by;
            column.extendTo(length, one.value);
            while (list.length < length) list.push(one.value);
          } else if (one.does === 'set') {
            if (list.length === 0) continue;
            column.set(one.at % list.length, one.value);
            list[one.at % list.length] = one.value;
          } else {
            column.clear();
            list.length = 0;
          }
          expect(column.length).toBe(list.length);
          expect([...column.view()]).toEqual(list);
        }
        expect(list.map((_, at) => column.get(at))).toEqual(list);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each([
    ['numbers', () => new Int32Column(), 4],
    ['bytes', () => new Uint8Column(), 1],
  ])(
    'of %s allocates at most a quarter more than it needs, beyond the first sixteen values',
    (_, create, size) => {
      const column = create();
      expect(column.bytes).toBe(16 * size);
      for (let length = 1; length <= 3_000; length++) {
        column.push(length % 256);
        expect(column.get(length - 1)).toBe(length % 256);
        expect(column.bytes).toBeGreaterThanOrEqual(length * size);
        expect(column.bytes).toBeLessThanOrEqual(Math.max(16, length * 1.25 + 1) * size);
      }
    },
  );

  it('grows from no capacity, and at once to a requested length', () => {
    const column = new Int32Column(0);
    column.push(7);
    column.extendTo(1_000, 8);
    expect([column.get(0), column.get(999), column.bytes]).toEqual([7, 8, 4_000]);
  });

  it('of bits raises and lowers each bit without the others', () => {
    const column = new Uint8Column();
    column.push(0b100);
    column.raise(0, 0b001);
    expect([column.has(0, 0b001), column.has(0, 0b010), column.has(0, 0b100)]).toEqual([true, false, true]);
    column.lower(0, 0b100);
    expect(column.get(0)).toBe(0b001);
  });

  it('is counted in bytes together with others', () => {
    expect(bytesOf([new Int32Column(10), new Uint8Column(5), new Int32Column(1)])).toBe(49);
  });
});
