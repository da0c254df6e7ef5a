import type {
  FamilyId,
  IndividualId,
  RecordId,
  ReferralId,
  RelationshipId,
  RowKey,
} from '@kinledger/contracts';
import { hashInput } from './hash-input.js';

/**
 * Ids in the ledger are hashes of what they identify, so a repeated run gives the same ids. Each is the first 128 bits
 * of a SHA-256, as 32 hex digits. The layouts below are part of the ledger's format and never change.
 */

/** SHA-256(founding record, 16 bytes ‖ registering revision, 8 bytes big endian). */
export const individualIdOf = (foundingRecord: RecordId, revision: number): IndividualId =>
  hashInput.start().hex(foundingRecord).revision(revision).sha256Hex128() as IndividualId;

/** SHA-256(scope, length-prefixed ‖ founding individual, 16 bytes ‖ linking revision, 8 bytes big endian). */
export const familyIdOf = (scope: string, foundingIndividual: IndividualId, revision: number): FamilyId =>
  hashInput
    .start()
    .lengthPrefixed(scope)
    .hex(foundingIndividual)
    .revision(revision)
    .sha256Hex128() as FamilyId;

/**
 * SHA-256(kind, length-prefixed ‖ child, 16 bytes ‖ other individual, 16 bytes). The order of the individuals matters.
 */
export const relationshipIdOf = (
  kind: 'carer' | 'same-carer',
  child: IndividualId,
  other: IndividualId,
): RelationshipId =>
  hashInput.start().lengthPrefixed(kind).hex(child).hex(other).sha256Hex128() as RelationshipId;

/**
 * SHA-256(reason, length-prefixed ‖ subject's row key, 16 bytes ‖ candidates' row keys, 16 bytes each, sorted, without
 * duplicates). Row keys rather than records keep the id the same when a row in doubt is corrected.
 */
export function referralIdOf(reason: string, subject: RowKey, candidates: Iterable<RowKey>): ReferralId {
  const distinct = [...new Set(candidates)].sort();
  const input = hashInput.start().lengthPrefixed(reason).hex(subject);
  for (const candidate of distinct) input.hex(candidate);
  return input.sha256Hex128() as ReferralId;
}

/**
 * The id of the `ordinal`-th event (from 0) that a message causes: a UUIDv8 (RFC 9562) made from the first bits of
 * SHA-256(cause, length-prefixed ‖ ordinal in decimal, length-prefixed).
 */
export function eventIdOf(cause: string, ordinal: number): string {
  const hex = hashInput.start().lengthPrefixed(cause).lengthPrefixed(String(ordinal)).sha256Hex();
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
