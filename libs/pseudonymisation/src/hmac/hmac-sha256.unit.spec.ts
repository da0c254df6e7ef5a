import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HmacSha256 } from './hmac-sha256.js';

const reference = (key: Uint8Array, message: Uint8Array): string =>
  createHmac('sha256', key).update(message).digest('hex');
const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });

it('gives the answers of RFC 4231', () => {
  const answer = (key: string, message: string) =>
    new HmacSha256(Buffer.from(key, 'hex')).hex(Buffer.from(message, 'hex'));
  expect(answer('0b'.repeat(20), Buffer.from('Hi There').toString('hex'))).toBe(
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  );
  expect(answer('aa'.repeat(20), 'dd'.repeat(50))).toBe(
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  );
  const longKey = 'Test Using Larger Than Block-Size Key - Hash Key First';
  expect(answer('aa'.repeat(131), Buffer.from(longKey).toString('hex'))).toBe(
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  );
});

it('equals createHmac for any key and message', () => {
  fc.assert(
    fc.property(bytes(200), fc.array(bytes(600), { minLength: 1, maxLength: 5 }), (key, messages) => {
      const hmac = new HmacSha256(key);
      // Several messages in turn, because the buffers must keep nothing of one for the next.
      for (const message of messages) expect(hmac.hex(message)).toBe(reference(key, message));
    }),
  );
});

it('writes the beginning of what createHmac gives for a text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 1_100, size: 'max' });
  fc.assert(
    fc.property(bytes(64), fc.array(text, { minLength: 1, maxLength: 3 }), (key, texts) => {
      const hmac = new HmacSha256(key);
      for (const each of texts) {
        const target = Buffer.alloc(12, 7);
        hmac.writeOfText(each, target, 2, 8);
        expect(target.toString('hex')).toBe(`0707${reference(key, Buffer.from(each)).slice(0, 16)}0707`);
      }
    }),
  );
});

it('equals createHmac for messages given as hex digits', () => {
  fc.assert(
    fc.property(bytes(64), bytes(448), (key, message) => {
      const hmac = new HmacSha256(createSecretKey(key));
      expect(hmac.hexOfHex(Buffer.from(message).toString('hex'))).toBe(reference(key, message));
    }),
  );
});

it('refuses non-hex text, or text too long for its buffer', () => {
  const hmac = new HmacSha256(new Uint8Array(32));
  for (const text of ['abc', 'zz', 'ab zz', 'é', 'ab'.repeat(449)]) {
    expect(() => hmac.hexOfHex(text)).toThrow(TypeError);
  }
});
