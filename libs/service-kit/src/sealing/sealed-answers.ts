import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

const PURPOSE = 'kinledger sealed answer';
/** Length of an X25519 public key as SPKI in DER. */
const PUBLIC_BYTES = 44;
const TAG_BYTES = 16;
/** Each message has a key of its own, so that the nonce need not differ. */
const NONCE = Buffer.alloc(12);

/**
 * Opens answers that were sealed for this process. Its key is in memory only: what remains of an answer elsewhere, on a
 * bus or in a backup, can be opened by nobody once the process is gone.
 */
export class SealedAnswers {
  readonly #keys = generateKeyPairSync('x25519');

  /** SPKI in DER, as base64: what `sealFor` takes. */
  readonly publicKey = derOf(this.#keys.publicKey).toString('base64');

  /** @throws Error if the answer was sealed for somebody else, or changed. */
  open(sealed: Uint8Array): Buffer {
    const theirs = Buffer.from(sealed.subarray(0, PUBLIC_BYTES));
    const cipher = createDecipheriv(
      'aes-256-gcm',
      keyBetween(this.#keys.privateKey, publicKeyOf(theirs), theirs, derOf(this.#keys.publicKey)),
      NONCE,
    );
    cipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([
      cipher.update(sealed.subarray(PUBLIC_BYTES, sealed.length - TAG_BYTES)),
      cipher.final(),
    ]);
  }
}

/**
 * Seals bytes for the holder of an X25519 key: an ephemeral public key (SPKI, 44 bytes), the bytes under AES-256-GCM with a
 * key from HKDF-SHA-256 of the shared secret, and the tag (16 bytes). @throws Error for anything but an X25519 key.
 */
export function sealFor(publicKey: string, bytes: Uint8Array): Buffer {
  const theirs = Buffer.from(publicKey, 'base64');
  const ours = generateKeyPairSync('x25519');
  const our = derOf(ours.publicKey);
  const cipher = createCipheriv(
    'aes-256-gcm',
    keyBetween(ours.privateKey, publicKeyOf(theirs), our, theirs),
    NONCE,
  );
  return Buffer.concat([our, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** @param sender the ephemeral public key; @param receiver that of the holder: both bind the key to this exchange. */
function keyBetween(privateKey: KeyObject, publicKey: KeyObject, sender: Buffer, receiver: Buffer): Buffer {
  const shared = diffieHellman({ privateKey, publicKey });
  return Buffer.from(hkdfSync('sha256', shared, Buffer.concat([sender, receiver]), PURPOSE, 32));
}

const derOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

function publicKeyOf(der: Buffer): KeyObject {
  const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
  if (key.asymmetricKeyType !== 'x25519') throw new Error('expected an X25519 key');
  return key;
}
