import { ctr } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOfHex, hexOfBytes } from './hex.js';
import { COUNTER_BYTES, counterOf, type Hashing } from './hashing.js';

const encoder = new TextEncoder();

/** Hash functions in plain JavaScript, for a browser: Web Crypto is asynchronous, but rows must not wait. */
export const portableHashing: Hashing = {
  sha256: (message) => hexOfBytes(sha256(typeof message === 'string' ? encoder.encode(message) : message)),
  hmacSha256: (key) => {
    // The key is prepared once; each message uses a copy.
    const keyed = hmac.create(sha256, key);
    const hex = (message: Uint8Array) => hexOfBytes(keyed.clone().update(message).digest());
    return { hex, hexOfHex: (digits) => hex(bytesOfHex(digits)) };
  },
  keystream: (key) => (first, blocks) =>
    hexOfBytes(ctr(key, counterOf(first)).encrypt(new Uint8Array(blocks * COUNTER_BYTES))),
};
