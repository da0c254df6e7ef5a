import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SnapshotGround, Snapshots } from '../snapshots.js';

const programme = 'sure-start';
const groundAt = (position: number): SnapshotGround => ({
  position,
  treeRoot: 'a'.repeat(64),
  strategy: 'b'.repeat(64),
  definition: 'c'.repeat(64),
  code: 'd'.repeat(64),
  keyVersions: '1',
  bodies: 3,
  byteOrder: 'LE',
});

/** The contract of every snapshot store. `open` creates an empty one. */
export function snapshotsFeatures(
  open: () => Promise<{ snapshots: Snapshots; close: () => Promise<void> }>,
): void {
  let snapshots: Snapshots;
  let close: () => Promise<void>;

  beforeEach(async () => ({ snapshots, close } = await open()));
  afterEach(() => close());

  const pieces = (count: number, byte = 1) =>
    Array.from({ length: count }, (_, index) => new Uint8Array(5_000).fill(byte + index));
  const write = (position: number, written: readonly Uint8Array[], of = programme) =>
    snapshots.write(of, groundAt(position), async (take) => {
      for (const piece of written) await take(piece);
    });
  const read = async (of = programme) => {
    const stored = await snapshots.newest(of);
    if (stored === undefined) return undefined;
    const found: Uint8Array[] = [];
    for await (const piece of stored.pieces()) found.push(new Uint8Array(piece));
    return { ground: stored.ground, pieces: found };
  };

  it('returns the ground and the pieces, in order', async () => {
    expect(await read()).toBeUndefined();
    await write(7, pieces(12));
    expect(await read()).toEqual({ ground: groundAt(7), pieces: pieces(12) });
    await write(8, []);
    expect(await read()).toEqual({ ground: groundAt(8), pieces: [] });
  });

  it('keeps one snapshot per programme', async () => {
    await write(7, pieces(1));
    await write(9, pieces(2), 'another');
    await write(8, pieces(3));
    expect((await read())?.ground.position).toBe(8);
    expect((await read('another'))?.ground.position).toBe(9);
    await snapshots.discard(programme);
    expect(await read()).toBeUndefined();
    expect((await read('another'))?.pieces).toEqual(pieces(2));
  });

  it('keeps the previous snapshot if the next one is not finished', async () => {
    await write(7, pieces(2));
    const broken = snapshots.write(programme, groundAt(8), async (take) => {
      await take(new Uint8Array(10));
      throw new Error('the lease is lost');
    });
    await expect(broken).rejects.toThrow('the lease is lost');
    expect(await read()).toEqual({ ground: groundAt(7), pieces: pieces(2) });
  });

  it('never completes a snapshot that was discarded while it was written', async () => {
    const late = snapshots.write(programme, groundAt(7), async (take) => {
      await take(new Uint8Array(10));
      await snapshots.discard(programme);
    });
    await expect(late).rejects.toThrow();
    const later = snapshots.write(programme, groundAt(7), async (take) => {
      await take(new Uint8Array(10));
      await snapshots.discard(programme);
      await take(new Uint8Array(10));
    });
    await expect(later).rejects.toThrow();
    expect(await read()).toBeUndefined();
  });

  it('never returns a partly replaced snapshot as complete', async () => {
    await write(7, pieces(3));
    const stored = await snapshots.newest(programme);
    await write(8, pieces(3, 50));
    const found: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of stored?.pieces() ?? []) found.push(new Uint8Array(piece));
    })();
    // All of the old one, or an error; never a part of it, nor of the new one.
    const whole = await reading.then(
      () => true,
      (error: unknown) => (expect(error).toMatchObject({ code: 'snapshot-damaged' }), false),
    );
    if (whole) expect(found).toEqual(pieces(3));
  });
}
