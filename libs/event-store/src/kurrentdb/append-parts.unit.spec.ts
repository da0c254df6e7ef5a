import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT_BYTES } from '../event-store.js';
import { appendParts, PART_BYTES } from './append-parts.js';

const SERVER_LIMIT = 1024 * 1024;
const event = (length: number, type = 'Noted') => ({ id: '', type, bytes: new Uint8Array(length) });
/** Size as the server counts it: data, metadata, and two bytes for each character of the type. */
const counted = (part: readonly { readonly type: string; readonly bytes: Uint8Array }[]) =>
  part.reduce((sum, { type, bytes }) => sum + bytes.length + 2 * type.length, '{"append":""}'.length + 36);

const lengths = fc.array(
  fc.oneof(fc.nat(2_000), fc.nat(MAX_EVENT_BYTES), fc.constant(MAX_EVENT_BYTES), fc.constant(0)),
  { minLength: 1, maxLength: 60 },
);

describe('the parts of an append', () => {
  it('contain its events in order, and are never empty', () => {
    fc.assert(
      fc.property(lengths, (all) => {
        const events = all.map((length) => event(length));
        const parts = appendParts(events);
        expect(parts.flat()).toEqual(events);
        expect(parts.every((part) => part.length > 0)).toBe(true);
      }),
    );
  });

  it('stay below the server’s limit, and are as few as one if possible', () => {
    fc.assert(
      fc.property(lengths, fc.string({ maxLength: 200 }), (all, type) => {
        const parts = appendParts(all.map((length) => event(length, type)));
        for (const part of parts) expect(counted(part)).toBeLessThan(SERVER_LIMIT);
        const together = all.reduce((sum, length) => sum + length + 2 * type.length + 256, 0);
        if (together <= PART_BYTES) expect(parts).toHaveLength(1);
      }),
    );
  });

  it('are cut at the same places whatever follows, so that a repeated append recognises its beginning', () => {
    fc.assert(
      fc.property(lengths, lengths, (all, more) => {
        const short = appendParts(all.map((length) => event(length)));
        const long = appendParts([...all, ...more].map((length) => event(length)));
        const cuts = (parts: readonly (readonly unknown[])[]) => parts.map((part) => part.length);
        expect(cuts(long).slice(0, short.length - 1)).toEqual(cuts(short).slice(0, -1));
      }),
    );
  });
});
