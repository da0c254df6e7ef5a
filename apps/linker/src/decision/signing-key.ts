import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface SigningKeyUnusable extends Error {
  readonly code: 'signing-key-unusable';
}

/**
 * The public half of the key that signs checkpoints, as event 0 names it: base64 of its 32 bytes.
 * @param file an Ed25519 private key, PKCS#8 PEM.
 * @throws SigningKeyUnusable, which quotes nothing of the file.
 */
export async function publicSigningKey(file: string): Promise<string> {
  const pem = await readFile(file);
  try {
    const key = createPublicKey(createPrivateKey(pem));
    const { x } = key.export({ format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519' && x !== undefined) {
      return Buffer.from(x, 'base64url').toString('base64');
    }
  } catch {
    // What the parser says may quote the file.
  }
  throw signingKeyUnusable();
}

const signingKeyUnusable = (): SigningKeyUnusable =>
  Object.assign(new Error('the signing key file holds no Ed25519 private key in PKCS#8 PEM'), {
    code: 'signing-key-unusable' as const,
  });
