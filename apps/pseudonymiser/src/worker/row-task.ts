import type { DatasetId, PackedRows, ProviderId, RowKey, SubmissionId, UploadId } from '@kinledger/contracts';
import type { RowCounts } from '@kinledger/pseudonymised-rows';

/** Where a worker finds what it needs. It reads keys itself: they are sent nowhere. */
export interface RowWorkerData {
  readonly programmeDirectory: string;
  readonly secretsDirectory: string;
}

/** A file whose chunks a worker will be given, all of them and in order. */
export interface FileToOpen {
  readonly submission: SubmissionId;
  readonly upload: UploadId;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly schemaHash: string;
  /** Under the landing store's key-encryption key. */
  readonly wrappedDataKey: Uint8Array;
  readonly wrappedSeed: Uint8Array;
}

export type RowTask =
  | { readonly kind: 'open'; readonly file: FileToOpen }
  | {
      readonly kind: 'chunk';
      readonly submission: SubmissionId;
      /** Number of the landing chunk, from 0. */
      readonly n: number;
      readonly sealed: Uint8Array;
    }
  /** A landing chunk whose refusals of consent are noted; all chunks, in order, before the first is pseudonymised. */
  | {
      readonly kind: 'note';
      readonly submission: SubmissionId;
      readonly n: number;
      readonly sealed: Uint8Array;
    }
  /** Asks for what was noted. */
  | { readonly kind: 'refused'; readonly submission: SubmissionId }
  | { readonly kind: 'close'; readonly submission: SubmissionId };

export type RowTaskResult =
  | { readonly kind: 'opened' | 'noted' | 'closed' }
  | { readonly kind: 'refused'; readonly rowKeys: readonly RowKey[] }
  | { readonly kind: 'rows'; readonly packed: readonly PackedRows[]; readonly counts: RowCounts }
  /** Trying again would end the same. */
  | { readonly kind: 'unprocessable'; readonly reason: string };
