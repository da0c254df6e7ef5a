import type { UploadId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';
import { least, RegisterCursor } from './register-cursor.js';
import { deleteParts, insertPages, markComplete, WHOLE } from './register-table.js';
import { ENTRY_BYTES, type RowEntries } from './row-entries.js';

/** Number of entries sorted in memory: 1.5 MiB, and as much again during sorting. */
const ENTRIES_PER_RUN = 65_536;
/** A page is 48 KiB. */
const ENTRIES_PER_PAGE = 2_048;
const PAGES_PER_STATEMENT = 16;

/**
 * Writes the register of one upload while its rows are read: sorted runs of bounded size, merged into one at the end.
 * Entries with equal name and key keep the order of the file.
 */
export class RegisterWriter {
  readonly #client: Queryable;
  readonly #upload: UploadId;
  readonly #rows: RowEntries;
  readonly #run: Buffer;
  readonly #entriesPerRun: number;
  #filled = 0;
  #runs = 0;
  #alone = 0;

  constructor(client: Queryable, upload: UploadId, rows: RowEntries, entriesPerRun = ENTRIES_PER_RUN) {
    this.#client = client;
    this.#upload = upload;
    this.#rows = rows;
    this.#entriesPerRun = entriesPerRun;
    this.#run = Buffer.alloc(entriesPerRun * ENTRY_BYTES);
  }

  /** Returns true if `write` must be called. */
  add(values: readonly (string | null)[]): boolean {
    if (this.#rows.write(values, this.#run, this.#filled * ENTRY_BYTES)) this.#filled += 1;
    else this.#alone += 1;
    return this.#filled === this.#entriesPerRun;
  }

  async write(): Promise<void> {
    if (this.#filled === 0) return;
    this.#runs += 1;
    const sorted = sortedEntries(this.#run, this.#filled);
    this.#filled = 0;
    const pages: Buffer[] = [];
    for (let at = 0; at < sorted.byteLength; at += ENTRIES_PER_PAGE * ENTRY_BYTES)
      pages.push(sorted.subarray(at, at + ENTRIES_PER_PAGE * ENTRY_BYTES));
    for (let page = 0; page < pages.length; page += PAGES_PER_STATEMENT)
      await insertPages(
        this.#client,
        this.#upload,
        this.#runs,
        page,
        pages.slice(page, page + PAGES_PER_STATEMENT),
      );
  }

  /** Completes the register. Returns the number of rows that are not in it, because no other file can refer to them. */
  async finish(): Promise<number> {
    await this.write();
    if (this.#runs === 1) await markComplete(this.#client, this.#upload, this.#runs);
    else if (this.#runs > 1) {
      await this.#merge();
      await deleteParts(this.#client, this.#upload);
    }
    return this.#alone;
  }

  async #merge(): Promise<void> {
    const cursors: RegisterCursor[] = [];
    for (let run = 1; run <= this.#runs; run++)
      cursors.push(await RegisterCursor.open(this.#client, this.#upload, run, 1));
    let page = Buffer.alloc(ENTRIES_PER_PAGE * ENTRY_BYTES);
    let filled = 0;
    let pages: Buffer[] = [];
    let written = 0;
    const flush = async () => {
      await insertPages(this.#client, this.#upload, WHOLE, written, pages);
      written += pages.length;
      pages = [];
    };
    // Runs are in the order of the file, and among equal entries the first is taken.
    for (let next = least(cursors); next !== undefined; next = least(cursors)) {
      filled += next.entry.copy(page, filled);
      const reading = next.advance();
      if (reading !== undefined) await reading;
      if (filled < page.byteLength) continue;
      pages.push(page);
      page = Buffer.alloc(ENTRIES_PER_PAGE * ENTRY_BYTES);
      filled = 0;
      if (pages.length === PAGES_PER_STATEMENT) await flush();
    }
    if (filled > 0) pages.push(page.subarray(0, filled));
    await flush();
  }
}

/** The first entries of a run, sorted by name and key, stable among equals. */
function sortedEntries(run: Buffer, entries: number): Buffer {
  const order = Uint32Array.from({ length: entries }, (_, index) => index);
  order.sort((left, right) => {
    for (let word = 0; word < 16; word += 4) {
      const difference =
        run.readUInt32BE(left * ENTRY_BYTES + word) - run.readUInt32BE(right * ENTRY_BYTES + word);
      if (difference !== 0) return difference;
    }
    return left - right;
  });
  const sorted = Buffer.alloc(entries * ENTRY_BYTES);
  order.forEach((entry, place) => {
    run.copy(sorted, place * ENTRY_BYTES, entry * ENTRY_BYTES, (entry + 1) * ENTRY_BYTES);
  });
  return sorted;
}
