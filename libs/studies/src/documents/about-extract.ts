import type { PermittedDataset } from '../permission.js';
import type { DataOutputSpecification } from '../specification.js';
import type { ExtractTable } from '../tables.js';
import type { TableCounts } from './table-counts.js';

/** What the documents of an extract are about. */
export interface AboutExtract {
  readonly programme: string;
  /** SHA-256 of the programme definition in force, 64 hex digits. */
  readonly definition: string;
  /** Ledger position of the read models. */
  readonly position: number;
  readonly specification: DataOutputSpecification;
  readonly permitted: readonly PermittedDataset[];
  readonly tables: readonly ExtractTable[];
  /** In the order of the tables. */
  readonly counts: readonly TableCounts[];
}
