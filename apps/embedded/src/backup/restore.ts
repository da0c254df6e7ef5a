import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LedgerSummary, RestoreReport } from '@kinledger/contracts';
import { dataDirectory, giveToServer, startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { provisionDatabases } from '../databases.js';
import { lockHome } from '../home-lock.js';
import { emptyHome, openHome, writePrivately, type Home } from '../home.js';
import { DATA, DEFINITION, readManifest, type BackupManifest } from './backup-manifest.js';
import { copyFile, eachOf } from './copied-file.js';
import { dropReadModels, readErasures, readSuppressions, type KeptList } from './kept-lists.js';
import { placeKeys } from './keys-copy.js';
import { summariseLedgers } from './ledger-summary.js';
import { operationRefused } from './operation-refused.js';

export interface RestoreOptions {
  readonly backup: string;
  /** The folder with the copy of its keys. */
  readonly keys: string;
  /** A folder that is empty or does not exist yet. */
  readonly home: string;
  /** The file with the list of erasures. */
  readonly erasures?: string | undefined;
  /** The file with the list of suppressions. */
  readonly suppressions?: string | undefined;
  readonly tell: (what: string) => void;
}

/**
 * Makes a home from a backup: copies files and keys, and checks every file and ledger against the backup's manifest.
 * Leaves the list of later erasures for the linker, which erases those records before any other service starts, and that
 * of suppressions for the pseudonymiser. Runs no
 * service; on failure it leaves nothing behind.
 * @throws OperationRefused
 */
export async function restore(options: RestoreOptions): Promise<RestoreReport> {
  const { tell } = options;
  const backup = resolve(options.backup);
  const manifest = readManifest(backup);
  const erasures = options.erasures === undefined ? undefined : readErasures(options.erasures);
  const suppressions =
    options.suppressions === undefined ? undefined : readSuppressions(options.suppressions);
  const directory = resolve(options.home);
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw operationRefused(`${directory} is not empty: a backup is restored into an empty place only`);
  }
  const home = openHome(directory);
  const release = lockHome(home.lockFile, home.directory);
  let data: string | undefined;
  try {
    mkdirSync(home.postgres, { mode: 0o700 });
    placeKeys(resolve(options.keys), home);
    data = dataDirectory(home.postgres);
    tell('copying and checking files');
    await placeData(backup, manifest, data);
    await placeDefinition(backup, manifest, home);
    tell('starting PostgreSQL to check the ledger');
    await check(home, manifest, erasures);
    // The pseudonymiser takes from it what the database lacks, before it reads a file.
    if (suppressions !== undefined) writePrivately(home.suppressions, suppressions.text);
    return {
      home: directory,
      madeAt: manifest.madeAt,
      ledgers: manifest.ledgers,
      erasures: { records: erasures?.names ?? 0 },
      suppressions: { marks: suppressions?.names ?? 0 },
    };
  } catch (error) {
    if (data !== undefined) rmSync(data, { recursive: true, force: true });
    emptyHome(home);
    throw error;
  } finally {
    release();
  }
}

async function placeData(backup: string, { folders, files }: BackupManifest, data: string): Promise<void> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  for (const folder of folders) mkdirSync(join(data, folder), { recursive: true, mode: 0o700 });
  await eachOf(files, (file) => placeFile(file, join(backup, DATA), data));
  giveToServer(data);
}

async function placeDefinition(backup: string, { definition }: BackupManifest, home: Home): Promise<void> {
  for (const file of definition ?? []) {
    mkdirSync(dirname(join(home.definition, file.path)), { recursive: true, mode: 0o700 });
    await placeFile(file, join(backup, DEFINITION), home.definition);
  }
}

async function placeFile(
  { path, bytes, sha256 }: BackupManifest['files'][number],
  backup: string,
  to: string,
): Promise<void> {
  const from = join(backup, path);
  if (!existsSync(from)) throw operationRefused(`the backup is damaged: ${path} is missing`);
  const copied = await copyFile(from, join(to, path));
  if (copied.bytes !== bytes || copied.sha256 !== sha256) {
    throw operationRefused(`the backup is damaged: ${path} is not what it was when it was made`);
  }
}

async function check(home: Home, manifest: BackupManifest, erasures: KeptList | undefined): Promise<void> {
  const postgres = await startEmbeddedPostgres({ directory: home.postgres });
  try {
    requireSame(manifest.ledgers, await summariseLedgers(postgres.url('kinledger_platform')));
    if (erasures === undefined || erasures.names === 0) return;
    await dropReadModels(await provisionDatabases(home, postgres.url()));
    writePrivately(home.erasures, erasures.text);
    writePrivately(home.eraseFirst, '');
  } finally {
    await postgres.stop();
  }
}

function requireSame(expected: readonly LedgerSummary[], found: readonly LedgerSummary[]): void {
  const differs = expected.find(
    (ledger) => !found.some((one) => one.stream === ledger.stream && one.sha256 === ledger.sha256),
  );
  if (differs !== undefined || expected.length !== found.length) {
    throw operationRefused(`the restored ledger ${differs?.stream ?? ''} is not that of the backup`);
  }
}
