import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BATCH_BYTES, recordBatches } from './record-batches.js';

describe('record batches', () => {
  it('contain all messages in order, are as full as the limit allows, and always fit one message', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: MAX_BATCH_BYTES * 1.2 }), { maxLength: 30 }),
        (sizes) => {
          const messages = sizes.map((size, index) => ({
            key: String(index),
            headers: {},
            value: new Uint8Array(size),
          }));
          const batches = [...recordBatches(messages)];
          expect(batches.flat()).toEqual(messages);
          const bytes = (batch: readonly { key: string; value: Uint8Array }[]) =>
            batch.reduce((sum, { key, value }) => sum + key.length + value.byteLength, 0);
          for (const [index, batch] of batches.entries()) {
            if (batch.length > 1) expect(bytes(batch)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
            const [next] = batches[index + 1] ?? [];
            if (next !== undefined) expect(bytes([...batch, next])).toBeGreaterThan(MAX_BATCH_BYTES);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
