import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from './id-table.js';
import { archived, unarchive } from './testing/archived.js';
import { NONE } from './typed-column.js';

/** Few distinct words, so that many ids differ in only one. */
const hexWord = fc.constantFrom('00000000', '00000001', '7fffffff', '80000000', 'deadbeef');
const id = fc.tuple(hexWord, hexWord, hexWord, hexWord).map((words) => words.join(''));
const tagged = fc.record({ id, tag: fc.constantFrom(0, 1, 4) });
/** Thousands of random ids, like those in the ledger. */
const many = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]
      .map((factor) => (Math.imul(at + 1, factor) >>> 0).toString(16).padStart(8, '0'))
      .join(''),
  );

describe('IdTable', () => {
  it('gives each pair of id and tag a slot of its own, in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(tagged, { maxLength: 200, size: 'max' }), (ids) => {
        const table = new IdTable();
        const known = new Map<string, number>();
        for (const { id: text, tag } of ids) {
          const name = `${text} ${tag}`;
          expect(table.find(text, tag)).toBe(known.get(name) ?? NONE);
          const slot = known.get(name) ?? known.size;
          known.set(name, slot);
          expect(table.intern(text, tag)).toBe(slot);
          expect([table.idOf(slot), table.tagOf(slot), table.count]).toEqual([text, tag, known.size]);
        }
        for (const [name, slot] of known) {
          const [text = '', tag] = name.split(' ');
          expect(table.find(text, Number(tag))).toBe(slot);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('compares slots by the text of their ids', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        const table = new IdTable();
        const [left, right] = [table.intern(one, 0), table.intern(other, 1)];
        expect(table.compare(left, right)).toBe(one < other ? -1 : one > other ? 1 : 0);
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('keeps thousands of ids in less than twice the bytes that they need', async () => {
    const table = new IdTable();
    const ids = many(5_000);
    ids.forEach((text, slot) => expect(table.intern(text)).toBe(slot));
    // Sixteen bytes and a tag, plus cells of four bytes, of which a quarter to five eighths are free.
    const needed = ids.length * (17 + 4);
    expect(table.bytes).toBeGreaterThanOrEqual(needed);
    expect(table.bytes).toBeLessThan(2 * needed);
    const restored = new IdTable();
    await unarchive(restored, await archived(table));
    for (const [slot, text] of ids.entries()) {
      expect(restored.find(text)).toBe(slot);
      expect(restored.idOf(slot)).toBe(text);
    }
    expect(restored.bytes).toBeLessThanOrEqual(table.bytes);
  });
});
