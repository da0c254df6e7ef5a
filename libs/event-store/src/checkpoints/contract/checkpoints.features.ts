import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoints, NewCheckpoint } from '../checkpoints.js';

const hashes = (...marks: number[]) => Buffer.concat(marks.map((mark) => Buffer.alloc(32, mark)));
const checkpoint = (size: number, text: string, ...marks: number[]): NewCheckpoint => ({
  size,
  note: Buffer.from(text),
  frontier: hashes(size),
  leaves: hashes(...marks),
});

/** The contract of every implementation of checkpoints. */
export function checkpointsFeatures(open: () => Checkpoints | Promise<Checkpoints>): void {
  describe('checkpoints', () => {
    let checkpoints: Checkpoints;
    const stream = `programme-${randomUUID()}`;
    const texts = async (after: number, limit: number) =>
      (await checkpoints.notesAfter(stream, after, limit)).map(
        ({ size, note }) => `${size} ${Buffer.from(note).toString()}`,
      );
    const marks = async (from: number, to: number) =>
      (await checkpoints.leaves(stream, from, to)).map((leaf) => leaf && [leaf.length, leaf[0]]);

    beforeAll(async () => {
      checkpoints = await open();
      await checkpoints.add(stream, checkpoint(2, 'two', 1, 2));
      await checkpoints.add(stream, checkpoint(5, 'five', 3, 4, 5));
      await checkpoints.add(`${stream}-other`, checkpoint(9, 'nine', 9));
    });

    it('returns the last checkpoint, with the frontier from which its signer continues', async () => {
      const last = (await checkpoints.last(stream))!;
      expect(last.size).toBe(5);
      expect(Buffer.from(last.note).toString()).toBe('five');
      expect(Buffer.from(last.frontier).equals(hashes(5))).toBe(true);
      expect(last.signedAt).toBeInstanceOf(Date);
      expect(await checkpoints.last(`${stream}-none`)).toBeUndefined();
    });

    it('returns notes in order of size, page by page', async () => {
      expect(await texts(0, 10)).toEqual(['2 two', '5 five']);
      expect(await texts(0, 1)).toEqual(['2 two']);
      expect(await texts(2, 10)).toEqual(['5 five']);
      expect(await texts(5, 10)).toEqual([]);
    });

    it('returns the leaves of any range, across checkpoints, and undefined for a leaf that no checkpoint covers', async () => {
      const known = [1, 2, 3, 4, 5].map((mark) => [32, mark]);
      expect(await marks(0, 5)).toEqual(known);
      expect(await marks(1, 3)).toEqual(known.slice(1, 3));
      expect(await marks(4, 7)).toEqual([known[4], undefined, undefined]);
      expect(await marks(5, 5)).toEqual([]);
    });

    it('accepts the same note again, and refuses a different one of the same size', async () => {
      await checkpoints.add(stream, checkpoint(5, 'five', 3, 4, 5));
      await expect(checkpoints.add(stream, checkpoint(5, 'another', 3, 4, 5))).rejects.toMatchObject({
        code: 'checkpoint-differs',
        size: 5,
      });
      expect(await texts(0, 10)).toEqual(['2 two', '5 five']);
    });
  });
}
