import type { KeyObject } from 'node:crypto';
import { fingerprintOf, secretFiles, tokenMasterFile, type Secrets } from '@kinledger/pseudonymisation';
import type pg from 'pg';

export interface KeysChanged extends Error {
  readonly code: 'keys-changed';
  /** Names of the secrets that differ from those used before, or are missing. */
  readonly names: readonly string[];
}

/**
 * Checks that the keys are those with which earlier rows were made: with others, every token, row key and record id
 * would silently match nothing. Records the fingerprints of keys that are used for the first time.
 * @param tokenKeys number of token keys that are in use; later ones may still be replaced.
 * @throws KeysChanged naming the secrets to restore.
 */
export async function requireSameKeys(pool: pg.Pool, secrets: Secrets, tokenKeys: number): Promise<void> {
  const current = new Map(
    [...keysByName(secrets, tokenKeys)].map(([name, key]) => [name, fingerprintOf(key)]),
  );
  await pool.query(
    `INSERT INTO pseudonymiser.key_fingerprint (name, fingerprint)
     SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
    [[...current.keys()], [...current.values()]],
  );
  const { rows } = await pool.query<{ name: string; fingerprint: string }>(
    'SELECT name, fingerprint FROM pseudonymiser.key_fingerprint ORDER BY name',
  );
  const names = rows
    .filter(({ name, fingerprint }) => current.get(name) !== fingerprint)
    .map(({ name }) => name);
  if (names.length > 0) throw keysChanged(names);
}

const keysChanged = (names: readonly string[]): KeysChanged =>
  Object.assign(
    new Error(
      `these secrets differ from those with which earlier rows were made: ${names.join(', ')}; restore them from their backup`,
    ),
    { code: 'keys-changed' as const, names },
  );

/** All but the landing store's key, which files outlive by days only. */
function* keysByName(secrets: Secrets, tokenKeys: number): Generator<[string, KeyObject]> {
  yield [secretFiles.opLeapSalt, secrets.opLeapSalt];
  yield [secretFiles.rowKeyKey, secrets.rowKeyKey];
  yield [secretFiles.recordIdKey, secrets.recordIdKey];
  for (const [index, master] of secrets.tokenMasters.slice(0, tokenKeys).entries())
    yield [tokenMasterFile(index + 1), master];
}
