import type { Delimiter } from './delimiter.js';
import type { FooterSigns } from './footer.js';

export type FileFormat = 'csv' | 'xlsx' | 'ods';
export type Encoding = 'utf-8' | 'windows-1252' | 'utf-16';

export interface FileLimits {
  readonly maxColumns: number;
  /** Maximum bytes of one row of a CSV file, in UTF-8. */
  readonly maxRowBytes: number;
  /**
   * Called for each part of a packed file, whose text the caller cannot see in the bytes that it hands over; the result
   * is given the part’s text in pieces, and may throw.
   */
  readonly inspect?: (() => (text: Uint8Array) => void) | undefined;
  /** Called before a workbook that has arrived is unpacked, so that the caller can wait until there is room for it. */
  readonly beforeUnpacking?: (() => Promise<void>) | undefined;
}

/** A sheet of a workbook. */
export interface SheetPlace {
  /** Among all sheets of the workbook, from 1. */
  readonly place: number;
  /** As the workbook calls it. It may be anything, even a person’s name. */
  readonly name: string;
}

/** What a person may overlook in a file. */
export interface FileRemarks {
  /** Ranges of merged cells below the titles. */
  readonly mergedCells: number;
  /** Rows that the sheet does not show; they are read. */
  readonly hiddenRows: number;
  /** Rows below the data, such as a total; they are not read. */
  readonly footerRows: number;
  /** The first of them, as a spreadsheet numbers it; null if there is none, or if an earlier version did not keep it. */
  readonly footerFrom: number | null;
}

/** A file whose column titles have been found and whose rows are still to come. */
export interface TableFile {
  readonly format: FileFormat;
  readonly header: readonly string[];
  /** Row of the header as a spreadsheet numbers it, from 1. Rows above it are not read. */
  readonly headerRow: number;
  /** Null for a workbook. */
  readonly delimiter: Delimiter | null;
  /** Null for a CSV file. */
  readonly sheet: SheetPlace | null;
  /**
   * The records after the header, in order, one batch per chunk of bytes; it reads the next chunk when the next batch
   * is requested. A blank line is a record of one empty cell, so that record numbers match a spreadsheet's rows.
   * Iterate only once. Throws FileRefused.
   */
  readonly batches: AsyncIterable<readonly (readonly string[])[]>;
  /** Valid once all batches are read. */
  encoding(): Encoding;
  /** Valid once all batches are read. */
  remarks(): FileRemarks;
}

/**
 * Opens a file whose bytes arrive in chunks: a CSV file or a workbook, by its first bytes. Reads the source only once,
 * and leaves closing it to the caller. `knownTitles` counts how many texts are titles of the dataset; `footerSigns` says by
 * what its footer is told, beside common words. Throws FileRefused.
 */
export type OpenFile = (
  source: AsyncIterator<Uint8Array>,
  knownTitles: (cells: readonly string[]) => number,
  limits: FileLimits,
  footerSigns?: FooterSigns,
) => Promise<TableFile>;
