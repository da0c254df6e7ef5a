import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { BackupReport } from '@kinledger/contracts';
import { dataDirectory, startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { KeptDefinition } from '@kinledger/programme';
import { lockHome } from '../home-lock.js';
import { openHome, type Home } from '../home.js';
import { DATA, DEFINITION, MANIFEST, type BackupManifest } from './backup-manifest.js';
import { copyFile, eachOf } from './copied-file.js';
import { copyKeys } from './keys-copy.js';
import { summariseLedgers } from './ledger-summary.js';
import { operationRefused } from './operation-refused.js';

export interface BackUpOptions {
  readonly home: string;
  /** A folder that does not exist yet. */
  readonly out: string;
  /** A folder for the keys, separate from the data that they decrypt. */
  readonly keysOut?: string | undefined;
  readonly tell: (what: string) => void;
}

/** Files of a running server, not of its data. */
const left = new Set(['postmaster.pid', 'postmaster.opts']);

/**
 * Copies a home whose services are stopped: all three databases at one instant. If the server was killed, starts and
 * stops it first, so that the copy needs no recovery. The backup gets its name when it is complete.
 * @throws HomeInUse while services run; OperationRefused if the target exists or the home holds no data.
 */
export async function backUp({ home: directory, out, keysOut, tell }: BackUpOptions): Promise<BackupReport> {
  const backup = resolve(out);
  const keys = keysOut === undefined ? null : resolve(keysOut);
  if (existsSync(backup)) throw operationRefused(`${backup} is there already: name a folder that is not`);
  if (keys !== null) requireApart(backup, keys);
  if (!existsSync(join(directory, 'postgres')))
    throw operationRefused(`${directory} holds no data to back up`);
  const home = openHome(directory);
  const release = lockHome(home.lockFile, home.directory);
  const partial = `${backup}.partial`;
  try {
    tell('starting PostgreSQL once, so that its files are in order');
    const postgres = await startEmbeddedPostgres({ directory: home.postgres });
    const ledgers = await summariseLedgers(postgres.url('kinledger_platform')).finally(() => postgres.stop());
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(join(partial, DATA), { recursive: true, mode: 0o700 });
    tell('copying');
    const data = dataDirectory(home.postgres);
    const { folders, files } = await copyFolder(data, join(partial, DATA));
    const definition = await copyDefinition(home, partial);
    if (keys !== null) copyKeys(home, keys);
    const manifest: BackupManifest = {
      version: 1,
      madeAt: new Date().toISOString(),
      postgres: readFileSync(join(data, 'PG_VERSION'), 'utf8').trim(),
      ledgers,
      folders,
      files,
      ...(definition === undefined ? {} : { definition }),
    };
    writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest, undefined, 1)}\n`, {
      mode: 0o600,
      flush: true,
    });
    renameSync(partial, backup);
    const copied = [...files, ...(definition ?? [])];
    const bytes = copied.reduce((sum, file) => sum + file.bytes, 0);
    return { backup, keys, files: copied.length, bytes, ledgers };
  } finally {
    rmSync(partial, { recursive: true, force: true });
    release();
  }
}

function requireApart(backup: string, keys: string): void {
  const within = (inner: string, outer: string) => inner === outer || inner.startsWith(outer + sep);
  if (within(keys, backup) || within(backup, keys)) {
    throw operationRefused(
      'keys and backup need two folders, neither in the other: together they open everything',
    );
  }
  if (existsSync(keys) && readdirSync(keys).length > 0) {
    throw operationRefused(`${keys} is not empty: name a folder that is, or is not there`);
  }
}

/** The home's own definition: another one would decide everything again. Undefined if the home has none. */
async function copyDefinition(home: Home, backup: string): Promise<BackupManifest['definition']> {
  await new KeptDefinition(home.definition).settle();
  if (!existsSync(home.definition)) return undefined;
  const copy = join(backup, DEFINITION);
  mkdirSync(copy, { mode: 0o700 });
  return (await copyFolder(home.definition, copy)).files;
}

async function copyFolder(from: string, to: string): Promise<Pick<BackupManifest, 'folders' | 'files'>> {
  const folders: string[] = [];
  const files: BackupManifest['files'] = [];
  const entries = readdirSync(from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const path = relative(from, join(entry.parentPath, entry.name));
    folders.push(path);
    mkdirSync(join(to, path), { recursive: true, mode: 0o700 });
  }
  const others = entries.filter((each) => !each.isDirectory());
  await eachOf(others, async (entry) => {
    const path = relative(from, join(entry.parentPath, entry.name));
    if (left.has(path)) return;
    // A tablespace would be outside the copied folder. The embedded server has none.
    if (!entry.isFile())
      throw operationRefused(`${join(from, path)} is not a plain file: it cannot be backed up`);
    files.push({ path, ...(await copyFile(join(from, path), join(to, path))) });
  });
  return { folders, files };
}
