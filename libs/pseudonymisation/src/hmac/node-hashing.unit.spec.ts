import { portableHashing } from '@kinledger/pseudonymised-rows/portable-hashing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from './node-hashing.js';

describe('the hash functions of Node', () => {
  it('are equal to those that a browser has, for texts and bytes', () => {
    const message = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 700 }));
    fc.assert(
      fc.property(message, (any) => {
        expect(nodeHashing.sha256(any)).toBe(portableHashing.sha256(any));
      }),
    );
  });

  it('are equal to those that a browser has, under a key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 700 }), (key, message) => {
        const [inNode, inBrowser] = [nodeHashing.hmacSha256(key), portableHashing.hmacSha256(key)];
        expect(inNode.hex(message)).toBe(inBrowser.hex(message));
        const digits = Buffer.from(message.subarray(0, 400)).toString('hex');
        expect(inNode.hexOfHex(digits)).toBe(inBrowser.hexOfHex(digits));
      }),
    );
  });

  it.each(['abc', 'zz', '0g'])('refuse %s, which is not whole bytes of hex digits, in both', (digits) => {
    for (const { hmacSha256 } of [nodeHashing, portableHashing])
      expect(() => hmacSha256(new Uint8Array(32)).hexOfHex(digits)).toThrow(TypeError);
  });
});
