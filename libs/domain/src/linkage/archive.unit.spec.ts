import { describe, expect, it } from 'vitest';
import {
  archiveUnreadable,
  isArchiveUnreadable,
  passThrough,
  type Archive,
  type Archived,
} from './archive.js';
import { IdTable } from './id-table.js';
import { archived, unarchive } from './testing/archived.js';
import { Int32Column, Uint8Column } from './typed-column.js';

/** A table with every kind of part. */
class Everything implements Archived {
  readonly numbers = new Int32Column();
  readonly bits = new Uint8Column();
  readonly ids = new IdTable();
  word = '';

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, [this.numbers, this.bits, this.ids]);
    this.word = await archive.json(this.word);
  }
}

const idOf = (number: number) => number.toString(16).padStart(8, '0').repeat(4);

function filled(count: number): Everything {
  const table = new Everything();
  for (let number = 0; number < count; number++) {
    table.numbers.push(-number * 1_000_003);
    table.bits.push(number % 256);
    table.ids.intern(idOf(number), number % 5);
  }
  table.word = `${count} – ünïcode`;
  return table;
}

describe('an archive', () => {
  it.each([0, 1, 15, 16, 17, 1_000])(
    'restores %d entries of every kind of part, whatever the size of its pieces',
    async (count) => {
      const table = filled(count);
      for (const pieceBytes of [1, 7, 4_096, 1_000_000]) {
        const restored = new Everything();
        await unarchive(restored, await archived(table, pieceBytes));
        expect([...restored.numbers.view()]).toEqual([...table.numbers.view()]);
        expect([...restored.bits.view()]).toEqual([...table.bits.view()]);
        expect(restored.word).toBe(table.word);
        expect(restored.ids.count).toBe(count);
        // The restored table finds its entries and keeps growing.
        for (let number = 0; number < count + 50; number++) {
          expect(restored.ids.intern(idOf(number), number % 5)).toBe(number);
          restored.numbers.push(number);
        }
        expect(restored.numbers.length).toBe(count * 2 + 50);
        expect(restored.ids.idOf(count + 49)).toBe(idOf(count + 49));
      }
    },
  );

  it('throws no error except ArchiveUnreadable, whichever byte is changed', async () => {
    const pieces = await archived(filled(3), 1_000_000);
    const bytes = Buffer.concat(pieces);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] as number) ^ 0xff;
      const outcome = await unarchive(new Everything(), [changed]).catch((error: unknown) => error);
      if (outcome !== undefined) expect(outcome).toMatchObject({ code: 'archive-unreadable' });
    }
  });

  it('is unreadable if it is truncated, too long or of another layout', async () => {
    const pieces = await archived(filled(100));
    const unreadable = { code: 'archive-unreadable' };
    await expect(unarchive(new Everything(), pieces.slice(0, -1))).rejects.toMatchObject(unreadable);
    await expect(unarchive(new Everything(), [])).rejects.toMatchObject(unreadable);
    await expect(unarchive(new Everything(), [...pieces, new Uint8Array(1)])).rejects.toMatchObject(
      unreadable,
    );
    const [onePiece] = await archived(filled(3), 1_000_000);
    const longer = Buffer.concat([onePiece as Uint8Array, new Uint8Array(1)]);
    await expect(unarchive(new Everything(), [longer])).rejects.toMatchObject(unreadable);
    // Three bytes are not a whole number of 32-bit values, whatever their header says.
    const three = new Uint8Column();
    for (const bit of [1, 2, 3]) three.push(bit);
    const [part] = await archived(three, 1_000);
    const asNumbers = Buffer.concat([Uint8Array.of(1), (part as Uint8Array).subarray(1)]);
    await expect(unarchive(new Int32Column(), [asNumbers])).rejects.toThrow(
      'the length of a part is not a multiple of 4 bytes',
    );
    await expect(unarchive(new Uint8Column(), pieces)).rejects.toMatchObject(unreadable);
    await expect(unarchive(new Int32Column(), pieces)).rejects.toMatchObject(unreadable);
  });

  it('has an unreadable error that isArchiveUnreadable tells from any other', () => {
    expect(isArchiveUnreadable(archiveUnreadable('it ends early'))).toBe(true);
    const others = [new Error('of another kind'), Object.assign(new Error('gone'), { code: 'ENOENT' })];
    for (const other of [...others, { code: 'archive-unreadable' }, 'archive-unreadable', undefined])
      expect(isArchiveUnreadable(other)).toBe(false);
  });
});
