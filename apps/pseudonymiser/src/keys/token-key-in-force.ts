import { readSecrets } from '@kinledger/pseudonymisation';
import type pg from 'pg';
import { requireSameKeys } from './key-fingerprints.js';

/**
 * The token key under which files are read: the newest that was put into use, however many the secrets have. A key that is
 * only among the secrets may still be replaced.
 */
export class TokenKeyInForce {
  readonly #pool: pg.Pool;
  readonly #secretsDirectory: string;

  constructor(pool: pg.Pool, secretsDirectory: string) {
    this.#pool = pool;
    this.#secretsDirectory = secretsDirectory;
  }

  async version(): Promise<number> {
    const { rows } = await this.#pool.query<{ version: number }>(
      'SELECT coalesce(max(version), 1) AS version FROM pseudonymiser.token_key',
    );
    return rows[0]?.version ?? 1;
  }

  /** Version of the newest key among the secrets, which are read again. @throws SecretsUnreadable */
  async newest(): Promise<number> {
    return (await readSecrets(this.#secretsDirectory)).tokenMasters.length;
  }

  /**
   * Puts a key into use, if it is among the secrets. Idempotent; an older one than the one in force changes nothing.
   * @throws KeysChanged if one of the keys up to it differs from the one that was used before.
   */
  async adopt(version: number): Promise<void> {
    const secrets = await readSecrets(this.#secretsDirectory);
    if (version > secrets.tokenMasters.length) return;
    await requireSameKeys(this.#pool, secrets, version);
    await this.#pool.query(
      'INSERT INTO pseudonymiser.token_key (version) VALUES ($1) ON CONFLICT DO NOTHING',
      [version],
    );
  }
}
