import type { UploadId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';
import { CONTENT_AT, ENTRY_BYTES, KEY_AT } from './row-entries.js';
import { readPages } from './register-table.js';

/** Iterates over one sorted run of a register, with a few pages in memory. */
export class RegisterCursor {
  readonly #client: Queryable;
  readonly #upload: UploadId;
  readonly #run: number;
  readonly #pagesAtOnce: number;
  #pages: readonly Buffer[] = [];
  #nextPage = 0;
  #page: Buffer = Buffer.alloc(0);
  #pageAt = 0;
  #at = 0;
  /** The current entry; invalid once `ended`. */
  name = 0n;
  key = 0n;
  content = 0n;
  ended = false;

  private constructor(client: Queryable, upload: UploadId, run: number, pagesAtOnce: number) {
    this.#client = client;
    this.#upload = upload;
    this.#run = run;
    this.#pagesAtOnce = pagesAtOnce;
  }

  /** Opens a cursor at the first entry, if there is one. */
  static async open(
    client: Queryable,
    upload: UploadId,
    run: number,
    pagesAtOnce: number,
  ): Promise<RegisterCursor> {
    const cursor = new RegisterCursor(client, upload, run, pagesAtOnce);
    await cursor.#load();
    return cursor;
  }

  /** The bytes of the current entry; valid until the next `advance`. */
  get entry(): Buffer {
    return this.#page.subarray(this.#at, this.#at + ENTRY_BYTES);
  }

  /** Moves to the next entry. Returns a promise, which must be awaited, only if pages have to be read. */
  advance(): Promise<void> | undefined {
    this.#at += ENTRY_BYTES;
    if (this.#at < this.#page.byteLength) {
      this.#read();
      return undefined;
    }
    return this.#turn();
  }

  #turn(): Promise<void> | undefined {
    this.#pageAt += 1;
    const page = this.#pages[this.#pageAt];
    if (page === undefined) return this.#load();
    this.#page = page;
    this.#at = 0;
    this.#read();
    return undefined;
  }

  async #load(): Promise<void> {
    this.#pages = await readPages(this.#client, this.#upload, this.#run, this.#nextPage, this.#pagesAtOnce);
    this.#nextPage += this.#pages.length;
    this.#pageAt = 0;
    this.#at = 0;
    const [first] = this.#pages;
    if (first === undefined) {
      this.ended = true;
      return;
    }
    this.#page = first;
    this.#read();
  }

  #read(): void {
    this.name = this.#page.readBigUInt64BE(this.#at);
    this.key = this.#page.readBigUInt64BE(this.#at + KEY_AT);
    this.content = this.#page.readBigUInt64BE(this.#at + CONTENT_AT);
  }
}

/** The cursor with the least name and key among those that have not ended; the first in order among equals. */
export function least(cursors: readonly RegisterCursor[]): RegisterCursor | undefined {
  let found: RegisterCursor | undefined;
  for (const cursor of cursors) {
    if (cursor.ended) continue;
    if (
      found === undefined ||
      cursor.name < found.name ||
      (cursor.name === found.name && cursor.key < found.key)
    )
      found = cursor;
  }
  return found;
}
