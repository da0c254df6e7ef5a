import { createCipheriv } from 'node:crypto';
import { sha256Hex } from '@kinledger/domain';
import { COUNTER_BYTES, counterOf, type Hashing } from '@kinledger/pseudonymised-rows';
import { HmacSha256 } from './hmac-sha256.js';

/** Node's hash functions, for the services that make rows. */
export const nodeHashing: Hashing = {
  sha256: sha256Hex,
  hmacSha256: (key) => new HmacSha256(key),
  keystream: (key) => (first, blocks) =>
    createCipheriv('aes-256-ctr', key, counterOf(first))
      .update(Buffer.alloc(blocks * COUNTER_BYTES))
      .toString('hex'),
};
