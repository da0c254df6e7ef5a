/** A row of a sheet that is not blank. */
export interface SheetRow {
  /** As the spreadsheet numbers it, from 1. */
  readonly row: number;
  /** Number of equal rows from this one on. */
  readonly repeated: number;
  readonly cells: readonly string[];
  /** Whether the program does not show the row, for example because of a filter. */
  readonly isHidden: boolean;
}

/** A sheet that its workbook shows. Its rows can be read several times. */
export interface Sheet {
  /** Place among all sheets, from 1. */
  readonly place: number;
  readonly name: string;
  /**
   * Reads the rows that are not blank in order, one batch per piece of the part. Cells beyond `maxCells` are left out.
   * @param merged is called with the last row of each range of merged cells.
   * @throws FileRefused
   */
  rows(maxCells: number, merged?: (lastRow: number) => void): AsyncIterable<readonly SheetRow[]>;
}

/** The number of rows of a sheet in Excel and in LibreOffice. */
export const MAX_SHEET_ROWS = 1_048_576;
/** The most that a part may be when it is unpacked; a sheet of a million rows with ten columns is smaller. */
export const MAX_PART_BYTES = 512 * 1024 ** 2;

/** Collects the cells of one row. */
export class RowCells {
  readonly #cells: string[] = [];
  #length = 0;

  constructor(readonly maxCells: number) {}

  /** Sets cells from a column on, from 0. */
  set(column: number, text: string, repeated = 1): void {
    if (text === '') return;
    for (let at = column; at < Math.min(column + repeated, this.maxCells); at += 1) {
      for (let blank = this.#length; blank < at; blank += 1) this.#cells[blank] = '';
      this.#cells[at] = text;
      this.#length = Math.max(this.#length, at + 1);
    }
  }

  get isBlank(): boolean {
    return this.#length === 0;
  }

  get cells(): readonly string[] {
    return this.#cells;
  }
}
