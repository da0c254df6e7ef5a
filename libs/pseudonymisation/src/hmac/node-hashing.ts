import { sha256Hex } from '@kinledger/domain';
import type { Hashing } from '@kinledger/pseudonymised-rows';
import { HmacSha256 } from './hmac-sha256.js';

/** Node's hash functions, for the services that make rows. */
export const nodeHashing: Hashing = { sha256: sha256Hex, hmacSha256: (key) => new HmacSha256(key) };
