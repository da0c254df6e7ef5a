import { describe, expect, it } from 'vitest';
import { submissionNamed } from '../testing/messages.js';
import { KeptChunks } from './kept-chunks.js';

describe('chunks in memory', () => {
  const a = submissionNamed('a');
  const b = submissionNamed('b');
  const keep = (kept: KeptChunks, submission: typeof a, chunk: number, bytes = 10) => {
    const one = { chunk, last: false, body: new Uint8Array(bytes).fill(chunk) };
    kept.keep(submission, one);
    return one;
  };

  it('are returned as they were cached, by submission and number', () => {
    const kept = new KeptChunks(100);
    const one = keep(kept, a, 3);
    expect(kept.of(a, 3)).toEqual(one);
    expect(kept.of(a, 2)).toBeUndefined();
    expect(kept.of(b, 3)).toBeUndefined();
  });

  it('are the first ones of their number, and counted once', () => {
    const kept = new KeptChunks(20);
    const first = keep(kept, a, 0);
    kept.keep(a, { ...first, last: true });
    expect(kept.of(a, 0)).toEqual(first);
    keep(kept, a, 1);
    expect(kept.of(a, 1)).toBeDefined();
  });

  it('are not cached if there is no room; cached ones stay', () => {
    const kept = new KeptChunks(25);
    keep(kept, a, 0);
    keep(kept, b, 0);
    keep(kept, a, 1);
    expect([kept.of(a, 0), kept.of(b, 0), kept.of(a, 1)].map((one) => one !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    keep(kept, b, 1, 5);
    expect(kept.of(b, 1)).toBeDefined();
  });

  it('leave room when their submission is decided', () => {
    const kept = new KeptChunks(20);
    keep(kept, a, 0);
    keep(kept, a, 1);
    kept.decided(a);
    kept.decided(a);
    expect(kept.of(a, 0)).toBeUndefined();
    keep(kept, b, 0, 20);
    expect(kept.of(b, 0)).toBeDefined();
  });

  it('can be removed all at once, which frees all room', () => {
    const kept = new KeptChunks(20);
    keep(kept, a, 0);
    keep(kept, b, 0);
    kept.clear();
    expect([kept.of(a, 0), kept.of(b, 0)]).toEqual([undefined, undefined]);
    keep(kept, a, 1, 20);
    expect(kept.of(a, 1)).toBeDefined();
  });

  it('do not occupy room for ever if they are not read', () => {
    const kept = new KeptChunks(30);
    keep(kept, a, 0);
    for (let decision = 0; decision < 4_000; decision += 1) kept.decided(submissionNamed('f'));
    keep(kept, b, 0, 20);
    expect(kept.of(a, 0)).toBeDefined();
    for (let decision = 0; decision < 1_000; decision += 1) kept.decided(submissionNamed('f'));
    expect(kept.of(a, 0)).toBeUndefined();
    expect(kept.of(b, 0)).toBeDefined();
    keep(kept, a, 1);
    expect(kept.of(a, 1)).toBeDefined();
  });
});
