import { createPrivateKey, generateKeyPairSync, hkdfSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createSecrets } from '@kinledger/pseudonymisation';
import { operationRefused } from './backup/operation-refused.js';
import { lockHome } from './home-lock.js';
import { writePrivately, type Home } from './home.js';

/** PKCS#8 frame of an Ed25519 private key, before its 32 bytes (RFC 8410, section 7). */
const pkcs8Ed25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Makes the keys of the restricted zone and the linker's signing key, once. With a seed, derives them from it: two
 * homes with one seed give the same ledger, and anybody who knows the seed knows the keys.
 */
export async function ensureKeys(home: Home, seed: string | undefined): Promise<void> {
  await createSecrets(home.secrets, seed === undefined ? {} : { seed });
  if (!existsSync(home.signingKey)) writePrivately(home.signingKey, signingKeyPem(seed));
}

/**
 * Puts a new signing key in the place of the one in force, which is kept beside it: it signs the change at the next start.
 * Killed in between, it goes on when it is called again.
 * @throws HomeInUse; OperationRefused if a change is prepared already, or the home has no key.
 */
export function createSigningKey(home: Home): void {
  const release = lockHome(home.lockFile, home.directory);
  try {
    if (!existsSync(home.signingKey))
      throw operationRefused(`${home.directory} has no signing key yet: the first start makes one`);
    const current = readFileSync(home.signingKey, 'utf8');
    if (!existsSync(home.previousSigningKey)) writePrivately(home.previousSigningKey, current);
    else if (readFileSync(home.previousSigningKey, 'utf8') !== current)
      throw operationRefused(
        `${home.previousSigningKey} is there, of a change before: start the services, so that the change is in the ledger, and put that file away`,
      );
    writePrivately(home.signingKey, signingKeyPem(undefined));
  } finally {
    release();
  }
}

function signingKeyPem(seed: string | undefined): string {
  const key =
    seed === undefined
      ? generateKeyPairSync('ed25519').privateKey
      : createPrivateKey({
          key: Buffer.concat([
            pkcs8Ed25519,
            Buffer.from(hkdfSync('sha256', seed, '', 'kinledger demo signing key', 32)),
          ]),
          format: 'der',
          type: 'pkcs8',
        });
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}
