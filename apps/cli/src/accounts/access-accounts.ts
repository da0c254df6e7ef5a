import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { accessFile, type StoredAccount } from '@kinledger/contracts';
import { Failure } from '../failure.js';
import { writePrivateFile } from '../output/private-file.js';

export const newToken = (): string => randomBytes(24).toString('base64url');
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** @throws Failure if the file cannot be read or is invalid. */
export function readAccounts(file: string): readonly StoredAccount[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Failure(`${file} cannot be read as an access file: name another one with --home or --file`);
  }
  const result = accessFile.safeParse(content);
  if (result.success) return result.data.accounts;
  const [issue] = result.error.issues;
  throw new Failure(`${file} is wrong at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/**
 * Changes the accounts in a file atomically; concurrent changes wait. Services see the change from their next request
 * on.
 * @throws Failure if the file is invalid, or would become so.
 */
export function changeAccounts(
  file: string,
  change: (accounts: readonly StoredAccount[]) => readonly StoredAccount[],
): void {
  const lock = `${file}.lock`;
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch {
    throw new Failure(`another command changes ${file}: try again, or delete ${lock} if none does`);
  }
  try {
    const result = accessFile.safeParse({ accounts: change(readAccounts(file)) });
    if (!result.success) throw new Failure(result.error.issues.map(({ message }) => message).join('; '));
    writePrivateFile(file, `${JSON.stringify(result.data, undefined, 2)}\n`);
  } finally {
    rmSync(lock, { force: true });
  }
}
