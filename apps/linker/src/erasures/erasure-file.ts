import { readFile, stat } from 'node:fs/promises';
import { readErasure, type Erasure } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { eraseBodies, eraseTokens, type EnteredRecord, type TokenCuts } from '@kinledger/event-store';
import type pg from 'pg';
import { appendLine } from '@kinledger/service-kit';
import type { Erasures, ListedErasures } from './erasures.js';

export interface ErasureFileOptions {
  /** JSON, one erasure per line; the file need not exist yet. */
  readonly file: string;
  /** URL of the database `platform`, as the eraser. */
  readonly eraserUrl: string;
  /** Called once for each unreadable line, with its number from 1. */
  readonly onUnreadable: (line: number) => void;
}

const nothing: ListedErasures = { erasures: [], lines: 0 };

/** The list of erasures as a file outside the databases, read again whenever it changes. */
export class ErasureFile implements Erasures {
  #version = '';
  #listed = nothing;
  readonly #reported = new Set<string>();

  readonly #eraser: pg.Pool;
  readonly #options: ErasureFileOptions;

  constructor(options: ErasureFileOptions) {
    this.#options = options;
    this.#eraser = createPool({ url: options.eraserUrl, applicationName: 'kinledger-linker', max: 1 });
  }

  close(): Promise<void> {
    return this.#eraser.end();
  }

  async list(): Promise<ListedErasures> {
    const version = await this.#versionNow();
    if (version === this.#version) return this.#listed;
    this.#listed = version === '' ? nothing : this.#read(await readFile(this.#options.file, 'utf8'));
    this.#version = version;
    return this.#listed;
  }

  async append(erasure: Erasure): Promise<void> {
    await appendLine(this.#options.file, JSON.stringify(erasure));
  }

  async eraseBodies(stream: string, records: readonly EnteredRecord[]): Promise<void> {
    await eraseBodies(this.#eraser, stream, records);
  }

  eraseTokens(stream: string, records: readonly TokenCuts[]): Promise<number> {
    return eraseTokens(this.#eraser, stream, records);
  }

  async #versionNow(): Promise<string> {
    try {
      const { ino, size, mtimeNs } = await stat(this.#options.file, { bigint: true });
      return `${ino} ${size} ${mtimeNs}`;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    }
  }

  #read(text: string): ListedErasures {
    const lines = text.split('\n');
    // The last element is empty, or a line that is still being written.
    lines.pop();
    const erasures: Erasure[] = [];
    for (const [index, line] of lines.entries()) {
      const erasure = readErasure(line);
      if (erasure !== undefined) erasures.push(erasure);
      else this.#report(index + 1, line);
    }
    return { erasures, lines: lines.length };
  }

  #report(number: number, line: string): void {
    const known = `${number} ${line}`;
    if (this.#reported.has(known)) return;
    this.#reported.add(known);
    this.#options.onUnreadable(number);
  }
}
