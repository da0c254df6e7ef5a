import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { BinaryRows, COPY_END, COPY_HEAD } from '@kinledger/database';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Approximate maximum size of one COPY. */
const COPY_BYTES = 4 * 1024 * 1024;

export interface TableDigest {
  readonly rows: number;
  /** SHA-256 of the rows in key order, in the format of a binary COPY, 64 hex digits. */
  readonly digest: string;
}

/**
 * A table that is written completely, in key order: rows are encoded once, hashed and copied. Its digest equals the
 * digest of reading it.
 */
export class FilledTable {
  readonly #hash = createHash('sha256').update(COPY_HEAD);
  readonly #out = new BinaryRows();
  #chunks: Buffer[] = [];
  #waiting = 0;
  #rows = 0;
  #written: Promise<void> = Promise.resolve();
  readonly #client: pg.ClientBase;
  readonly #name: string;
  readonly #columns: readonly string[];

  /** @param columns all columns of the table, in its order. */
  constructor(client: pg.ClientBase, name: string, columns: readonly string[]) {
    this.#client = client;
    this.#name = name;
    this.#columns = columns;
  }

  /** Begins a row and returns the encoder for its columns. */
  row(): BinaryRows {
    if (this.#out.isFull) this.#take();
    this.#rows += 1;
    return this.#out.row(this.#columns.length);
  }

  /** Returns a promise to await when enough rows are encoded: the server then receives them while more are encoded. */
  flushIfFull(): Promise<void> | undefined {
    return this.#waiting < COPY_BYTES ? undefined : this.#flush();
  }

  /** Writes the remaining rows. */
  async finish(): Promise<TableDigest> {
    this.#take();
    await this.#flush();
    await this.#written;
    return { rows: this.#rows, digest: this.#hash.update(COPY_END).digest('hex') };
  }

  #take(): void {
    const chunk = this.#out.take();
    this.#hash.update(chunk);
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
  }

  async #flush(): Promise<void> {
    // At most one copy runs at a time, which bounds memory.
    await this.#written;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#waiting = 0;
    this.#written = this.#copy(chunks);
    // The next write reports the error.
    this.#written.catch(() => undefined);
  }

  async #copy(chunks: readonly Buffer[]): Promise<void> {
    const columns = this.#columns.join(', ');
    const stream = this.#client.query(copyFrom(`COPY ${this.#name} (${columns}) FROM STDIN (FORMAT binary)`));
    const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
    failed.catch(() => undefined);
    const finished = once(stream, 'finish');
    finished.catch(() => undefined);
    stream.write(COPY_HEAD);
    for (const chunk of chunks) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), failed]);
    }
    stream.end(COPY_END);
    await Promise.race([finished, failed]);
  }
}
