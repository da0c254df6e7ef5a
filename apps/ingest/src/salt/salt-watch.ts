import { saltMarks, type SaltMarks } from '@kinledger/pseudonymisation';
import { Health, InjectPool, Problem } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { KnownSalts } from './known-salts.js';

/** Reads the salts' marks that the pseudonymiser publishes, whenever they change. */
@Injectable()
export class SaltWatch {
  #version = '';
  #known: KnownSalts | undefined;
  readonly #pool: pg.Pool;

  constructor(@InjectPool('restricted') pool: pg.Pool, health: Health) {
    this.#pool = pool;
    health.register('salt-marks', async () => {
      await this.current();
    });
  }

  /**
   * The salts currently in use.
   * @throws Problem 503 until the pseudonymiser has first started: a file that cannot be checked is not read.
   */
  async current(): Promise<KnownSalts> {
    const { rows } = await this.#pool.query<{ version: string | null }>(
      `SELECT string_agg(fingerprint || ' ' || changed_at, E'\\n' ORDER BY fingerprint) AS version
       FROM pseudonymiser.salt_marks`,
    );
    const version = rows[0]?.version ?? null;
    if (version === null) throw notYet();
    if (this.#known === undefined || version !== this.#version) {
      this.#known = new KnownSalts(await this.#read());
      this.#version = version;
    }
    return this.#known;
  }

  async #read(): Promise<SaltMarks[]> {
    const { rows } = await this.#pool.query<{ marks: unknown }>('SELECT marks FROM pseudonymiser.salt_marks');
    return rows.map(({ marks }) => saltMarks.parse(marks));
  }
}

const notYet = () =>
  new Problem(503, 'not-available', {
    detail:
      'The pseudonymiser has not started yet, and files cannot be checked without it. Nothing was kept: send the file again in a minute.',
    headers: { 'retry-after': '60' },
  });
