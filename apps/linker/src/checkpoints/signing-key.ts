import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The key that signs checkpoints. */
export interface SigningKey {
  /** In the form of event 0: base64 of its 32 bytes. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export interface SigningKeys {
  readonly key: SigningKey;
  /** The key before it; undefined if none is configured. */
  readonly previousKey: SigningKey | undefined;
}

export interface SigningKeyUnusable extends Error {
  readonly code: 'signing-key-unusable';
}

/** @throws SigningKeyUnusable */
export const readSigningKeys = async (config: {
  readonly file: string;
  readonly previousFile: string | undefined;
}): Promise<SigningKeys> => ({
  key: await readSigningKey(config.file),
  previousKey: config.previousFile === undefined ? undefined : await readSigningKey(config.previousFile),
});

/**
 * @param file an Ed25519 private key, PKCS#8 PEM.
 * @throws SigningKeyUnusable, whose message quotes nothing of the file.
 */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const pem = await readFile(file);
  try {
    const privateKey = createPrivateKey(pem);
    const key = createPublicKey(privateKey);
    const { x } = key.export({ format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519' && x !== undefined) {
      return { publicKey: Buffer.from(x, 'base64url').toString('base64'), privateKey };
    }
  } catch {
    // The parser's message may quote the file.
  }
  throw signingKeyUnusable();
}

const signingKeyUnusable = (): SigningKeyUnusable =>
  Object.assign(new Error('the signing key file does not contain an Ed25519 private key in PKCS#8 PEM'), {
    code: 'signing-key-unusable' as const,
  });
