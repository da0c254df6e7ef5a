import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from './partition-of.js';

describe('the partition of a key', () => {
  // Published with Kafka: org.apache.kafka.common.utils.UtilsTest.testMurmur2.
  const known: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of known) {
    it(`hashes "${key}" as Kafka does`, () => expect(murmur2(Buffer.from(key))).toBe(hash));
  }

  it('spreads the ids of submissions over all partitions', () => {
    const counts = [0, 0, 0, 0];
    for (let number = 0; number < 4000; number += 1) {
      const partition = partitionOf(number.toString(16).padStart(32, '0'), counts.length);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
