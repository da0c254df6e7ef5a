import { readFile } from 'node:fs/promises';
import { readSuppression, type Suppression } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { appendLine } from '@kinledger/service-kit';
import type pg from 'pg';
import { addLines, lockSuppressions, suppressionsIn } from './suppression-log.js';

/** The list of suppressions outside the databases. */
export class SuppressionFile {
  readonly #file: string;
  readonly #programme: Suppression['programme'];
  readonly #onUnreadable: (line: number) => void;

  /** @param onUnreadable told of a line that is no suppression, by its number from 1. */
  constructor(file: string, programme: Suppression['programme'], onUnreadable: (line: number) => void) {
    this.#file = file;
    this.#programme = programme;
    this.#onUnreadable = onUnreadable;
  }

  /** Puts a suppression or its lifting on the list, durably. Repeatable. */
  async append(suppression: Suppression): Promise<void> {
    if ((await this.#read()).some(isSame(suppression))) return;
    await appendLine(this.#file, JSON.stringify(suppression));
  }

  /**
   * Brings list and database up to each other: what a database that was restored from a backup does not have comes from
   * the list, in the order of the list; what the list has lost is put on it again.
   * @returns how many lines came from the list.
   */
  async merge(pool: pg.Pool): Promise<number> {
    return inTransaction(pool, async (client) => {
      await lockSuppressions(client);
      const held = await suppressionsIn(client, this.#programme);
      const listed = await this.#read();
      const missing = listed.filter((line) => !held.some(isSame(line)));
      for (const line of missing) await addLines(client, line);
      for (const line of held.filter((one) => !listed.some(isSame(one))))
        await appendLine(this.#file, JSON.stringify(line));
      return missing.length;
    });
  }

  async #read(): Promise<Suppression[]> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
    const lines = text.split('\n');
    // What follows the last line end is a line whose writer was interrupted, or nothing.
    lines.pop();
    const read: Suppression[] = [];
    for (const [index, line] of lines.entries()) {
      const suppression = readSuppression(line);
      if (suppression === undefined) this.#onUnreadable(index + 1);
      else if (suppression.programme === this.#programme) read.push(suppression);
    }
    return read;
  }
}

const isSame =
  ({ request, act }: Suppression) =>
  (other: Suppression): boolean =>
    other.request === request && other.act === act;
