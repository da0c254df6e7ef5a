import type {
  DatasetId,
  DomainTokens,
  PackedRows,
  ProviderId,
  RowKey,
  SubmissionId,
  UploadId,
} from '@kinledger/contracts';
import type { NamedPerson, RowCounts, SuppressedPeople } from '@kinledger/pseudonymised-rows';

/** Where a worker reads its programme and keys. It reads keys itself, so that they are never sent. */
export interface RowWorkerData {
  readonly programmeDirectory: string;
  readonly secretsDirectory: string;
}

/** A file whose chunks a worker will receive, all of them and in order. */
export interface FileToOpen {
  readonly submission: SubmissionId;
  readonly upload: UploadId;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly schemaHash: string;
  /** Wrapped under the landing store's key-encryption key. */
  readonly wrappedDataKey: Uint8Array;
  readonly wrappedSeed: Uint8Array;
  readonly suppressed: SuppressedPeople;
  /** Version of the token keys under which it is read. */
  readonly keyVersion: number;
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
  /** What a request says of a person. */
  | {
      readonly kind: 'person';
      readonly request: string;
      readonly wrappedDataKey: Uint8Array;
      readonly sealed: Uint8Array;
      readonly keyVersion: number;
    }
  /** Tokens of an older version of the keys. */
  | {
      readonly kind: 'wrap';
      readonly from: number;
      readonly to: number;
      readonly domains: readonly DomainTokens[];
    }
  /** Requests the noted refusals. */
  | { readonly kind: 'refused'; readonly submission: SubmissionId }
  | { readonly kind: 'close'; readonly submission: SubmissionId };

export type RowTaskResult =
  | { readonly kind: 'opened' | 'noted' | 'closed' }
  | { readonly kind: 'refused'; readonly rowKeys: readonly RowKey[] }
  | { readonly kind: 'person'; readonly person: NamedPerson }
  | { readonly kind: 'rows'; readonly packed: readonly PackedRows[]; readonly counts: RowCounts }
  /** 16 bytes a token, in the order of the task. */
  | { readonly kind: 'wrapped'; readonly tokens: Uint8Array }
  /** Another attempt would fail in the same way. */
  | { readonly kind: 'unprocessable'; readonly reason: string };
