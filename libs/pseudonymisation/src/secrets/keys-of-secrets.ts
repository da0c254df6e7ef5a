import { hkdfSync } from 'node:crypto';
import { PersonMarks, RecordIds, SaltedDigests, TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import { HmacSha256 } from '../hmac/hmac-sha256.js';
import { nodeHashing } from '../hmac/node-hashing.js';
import type { Secrets } from './secrets.js';

/**
 * The keys with which rows are made, from the secrets of the restricted zone.
 * @param version of the token keys, by default the newest.
 */
export const keysOf = (secrets: Secrets, version = secrets.tokenMasters.length): Keys => ({
  hashing: nodeHashing,
  tokens: TokenKeys.fromMasters(
    nodeHashing,
    secrets.tokenMasters.slice(0, version).map((master) => master.export()),
  ),
  digests: new SaltedDigests(nodeHashing.sha256, secrets.opLeapSalt.export().toString()),
  rowKeyHash: new HmacSha256(secrets.rowKeyKey),
  recordIdHash: new HmacSha256(secrets.recordIdKey),
});

/**
 * Makes the marks of suppressed people, under a key of their own: it follows from the key of row keys (HKDF-SHA-256, RFC
 * 5869), which never rotates either, since a mark must be found for ever.
 */
export const personMarksOf = ({ rowKeyKey }: Secrets): PersonMarks =>
  new PersonMarks(
    new HmacSha256(
      new Uint8Array(hkdfSync('sha256', rowKeyKey.export(), '', 'kinledger suppression key', 32)),
    ),
  );

/** Recomputes the ids of records, by submission and row number. */
export const recordIdsOf = ({ recordIdKey }: Secrets): RecordIds =>
  new RecordIds(nodeHashing, new HmacSha256(recordIdKey));
