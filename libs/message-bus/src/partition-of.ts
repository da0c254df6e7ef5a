/**
 * The partition of a key by Kafka's own rule: murmur2 of its UTF-8 bytes, made positive, modulo the number of
 * partitions. So a key has the same partition with every adapter, for good.
 * Source: org.apache.kafka.common.utils.Utils.murmur2 and toPositive.
 */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;

/** MurmurHash2, 32 bits, with Kafka's seed. Signed, as in Java. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = Math.floor(bytes.byteLength / 4);
  let hash = 0x9747b28c ^ bytes.byteLength;
  for (let word = 0; word < words; word += 1) {
    let k = Math.imul(view.getInt32(word * 4, true), m);
    k ^= k >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(k, m);
  }
  const rest = bytes.byteLength % 4;
  if (rest > 0) {
    for (let index = rest - 1; index >= 0; index -= 1)
      hash ^= view.getUint8(words * 4 + index) << (8 * index);
    hash = Math.imul(hash, m);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}
