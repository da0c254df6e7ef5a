import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kekFrom, type Kek } from './envelope.js';
import { unreadableSecret } from './errors.js';

/** File of the key-encryption key in `KINLEDGER_SECRETS_DIR`: 32 bytes as 64 hex digits. */
export const KEK_FILE = 'landing-kek';

/** @throws UnreadableSecret, which names the file and never its content. */
export async function readSecret(directory: string, file: string): Promise<Uint8Array> {
  const text = await readFile(join(directory, file), 'utf8').catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw unreadableSecret(file, `cannot be read (${why})`);
  });
  const hex = text.trim();
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw unreadableSecret(file, 'is not 32 bytes in hex');
  return Buffer.from(hex, 'hex');
}

/** @throws UnreadableSecret */
export const readKek = async (directory: string): Promise<Kek> =>
  kekFrom(await readSecret(directory, KEK_FILE));
