import type { DatasetId, ProviderId } from '@kinledger/contracts';
import { canonicalJson, sha256Hex } from '@kinledger/domain';
import type { ConfirmedMapping } from '@kinledger/intake-files';

/** One version of a mapping that a person confirmed for a provider's files of one dataset and header. */
export interface SavedMapping extends ConfirmedMapping {
  /** 32 hex digits; the same for all versions. */
  readonly mapping: string;
  /** 1 for the first. */
  readonly version: number;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  /** Digest of the header's titles. */
  readonly fingerprint: string;
  /** The schema for which it was confirmed. */
  readonly schemaHash: string;
  readonly savedBy: string;
  readonly savedAt: Date;
}

/** The name of a version of a mapping, as recorded with the uploads that it was used for. */
export interface MappingVersion {
  readonly mapping: string;
  readonly version: number;
}

/** How the sender of a file wants saved mappings to be used: one version, or none; absent for the newest that fits. */
export type WantedMapping = MappingVersion | 'none';

/** The titles that a provider's mappings choose, by which the header is found. */
export const titlesOf = (mappings: readonly ConfirmedMapping[]): readonly string[] =>
  mappings.flatMap(({ columns }) => Object.values(columns));

/** A digest of what a mapping says, which is equal for equal mappings. */
export const mappingDigest = ({ columns, values }: ConfirmedMapping): string =>
  sha256Hex(canonicalJson({ columns, values }));
