import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { faultOfSalt } from '@kinledger/pseudonymisation';
import { Failure } from '../failure.js';

/** Holds the salt if no file is named. The command line never does: other processes can read it there. */
const SALT_VARIABLE = 'KINLEDGER_SALT';
const MAX_BYTES = 4096;

/**
 * The salt with which a source makes digests: the one line of a file, or of the environment.
 * @throws Failure if there is none, or it is none; its message holds nothing of it.
 */
export function readSalt(file: string | undefined): string {
  const [text, where] =
    file === undefined ? [process.env[SALT_VARIABLE] ?? '', SALT_VARIABLE] : [lineOf(file), file];
  if (file === undefined && text === '')
    throw new Failure(`no salt: name its file with --salt-file, or put it into ${SALT_VARIABLE}`);
  const fault = faultOfSalt(text);
  if (fault !== undefined) throw new Failure(`${where} holds no salt: ${fault}`);
  return text;
}

function lineOf(file: string): string {
  const handle = opened(file);
  try {
    const { mode, size } = fstatSync(handle);
    // Windows has no such modes.
    if (process.platform !== 'win32' && (mode & 0o007) !== 0)
      throw new Failure(`${file} can be read or written by anybody on this machine: chmod o-rwx ${file}`);
    if (size > MAX_BYTES) throw new Failure(`${file} is too long to hold a salt`);
    return readFileSync(handle, 'utf8').replace(/\r?\n$/, '');
  } finally {
    closeSync(handle);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch {
    throw new Failure(`the salt file ${file} cannot be read`);
  }
}
