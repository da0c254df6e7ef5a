import { portableHashing } from '@kinledger/pseudonymised-rows/portable-hashing';
import fc from 'fast-check';
import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from './node-hashing.js';

describe('the hash functions of Node', () => {
  it('equal those of browsers, for texts and bytes', () => {
    const message = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 700 }));
    fc.assert(
      fc.property(message, (any) => {
        expect(nodeHashing.sha256(any)).toBe(portableHashing.sha256(any));
      }),
    );
  });

  it('equal those of browsers, under a key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 700 }), (key, message) => {
        const [inNode, inBrowser] = [nodeHashing.hmacSha256(key), portableHashing.hmacSha256(key)];
        expect(inNode.hex(message)).toBe(inBrowser.hex(message));
        const digits = Buffer.from(message.subarray(0, 400)).toString('hex');
        expect(inNode.hexOfHex(digits)).toBe(inBrowser.hexOfHex(digits));
      }),
    );
  });

  it('equal those of browsers, for keystreams', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, fc.maxSafeNat(), fc.integer({ min: 1, max: 9 }), (any, first, blocks) => {
        const [inNode, inBrowser] = [nodeHashing.keystream(any), portableHashing.keystream(any)];
        expect(inNode(first, blocks)).toBe(inBrowser(first, blocks));
        expect(inNode(first, blocks)).toHaveLength(32 * blocks);
      }),
    );
  });

  it('produce keystreams that are AES-256 of the block number', () => {
    const key = Uint8Array.from({ length: 32 }, (_, at) => at);
    const expected = createCipheriv('aes-256-ecb', key, null)
      .setAutoPadding(false)
      .update('00000000000000000000000000000007', 'hex', 'hex');
    for (const { keystream } of [nodeHashing, portableHashing]) {
      expect(keystream(key)(5, 4).slice(64, 96)).toBe(expected);
      for (const none of [-1, 0.5, 2 ** 53]) expect(() => keystream(key)(none, 1)).toThrow(RangeError);
    }
  });

  it.each(['abc', 'zz', '0g'])('refuse %s, which is not whole bytes of hex digits, in both', (digits) => {
    for (const { hmacSha256 } of [nodeHashing, portableHashing])
      expect(() => hmacSha256(new Uint8Array(32)).hexOfHex(digits)).toThrow(TypeError);
  });
});
