import type { KeyObject } from 'node:crypto';
import { HmacSha256 } from '../hmac/hmac-sha256.js';

/** 64 bits: enough to detect another key, but too few to reconstruct it. */
export const fingerprintOf = (key: KeyObject): string =>
  new HmacSha256(key).hex(Buffer.from('kinledger key fingerprint')).slice(0, 16);
