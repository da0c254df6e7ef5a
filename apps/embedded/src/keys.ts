import { createPrivateKey, generateKeyPairSync, hkdfSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createSecrets } from '@kinledger/pseudonymisation';
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
