import { existsSync, readFileSync } from 'node:fs';
import { readSecrets } from '@kinledger/pseudonymisation';
import { Failure } from '../failure.js';

/** The salt for digests if no installation has one yet. It is public. */
const SYNTHETIC_SALT = 'synthetic-salt-for-invented-people-only';

/**
 * The salt for digests made at source: that of a file, or of an installation's secrets, so that they equal digests made
 * on arrival; else the synthetic one.
 */
export async function saltFor(
  file: string | undefined,
  secretsDirectory: string,
): Promise<{ readonly salt: string; readonly from: 'file' | 'home' | 'synthetic' }> {
  if (file !== undefined) {
    try {
      return { salt: readFileSync(file, 'utf8').trim(), from: 'file' };
    } catch {
      throw new Failure(`the salt file ${file} cannot be read`);
    }
  }
  if (!existsSync(secretsDirectory)) return { salt: SYNTHETIC_SALT, from: 'synthetic' };
  const { opLeapSalt } = await readSecrets(secretsDirectory);
  return { salt: opLeapSalt.export().toString('utf8'), from: 'home' };
}
