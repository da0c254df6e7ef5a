import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Paths of the launcher's data, keys and logs. Only the owner can read them. */
export interface Home {
  readonly directory: string;
  readonly lockFile: string;
  readonly postgres: string;
  readonly databasePasswords: string;
  /** The choice of message bus. */
  readonly busFile: string;
  /** The home's own programme definition, if a strategy was chosen for it. */
  readonly definition: string;
  readonly secrets: string;
  readonly signingKey: string;
  /** The key before it, from a new one being created until it is put away. */
  readonly previousSigningKey: string;
  /** Hashes of the accounts' tokens, for the services. */
  readonly accessFile: string;
  /** The accounts' tokens, which this machine's command line reads through the connection file. */
  readonly tokensFile: string;
  readonly logs: string;
  /** The list of erasures, outside the databases so that it outlives them. */
  readonly erasures: string;
  /** The list of suppressions, outside the databases likewise. */
  readonly suppressions: string;
  /** Copies of the ledger's checkpoints, outside the databases. */
  readonly checkpoints: string;
  /** Exists while a restored home has yet to erase the records on the list, before other services may start. */
  readonly eraseFirst: string;
  readonly connectionFile: string;
}

/**
 * Opens the home of an explicit option, `KINLEDGER_HOME`, or `.kinledger` in the working directory. Creates it if
 * missing.
 */
export function openHome(option: string | undefined): Home {
  const directory = resolve(option ?? process.env['KINLEDGER_HOME'] ?? '.kinledger');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(directory, name);
  return {
    directory,
    lockFile: at('launcher.lock'),
    postgres: at('postgres'),
    databasePasswords: at('database-passwords.json'),
    busFile: at('bus.json'),
    definition: at('definition'),
    secrets: at('secrets'),
    signingKey: at('signing-key.pem'),
    previousSigningKey: at('previous-signing-key.pem'),
    accessFile: at('access.json'),
    tokensFile: at('tokens.json'),
    logs: at('logs'),
    erasures: at('erasures.jsonl'),
    suppressions: at('suppressions.jsonl'),
    checkpoints: at('checkpoints'),
    eraseFirst: at('erase-first'),
    connectionFile: at('connection.json'),
  };
}

/** Deletes everything that a launcher puts into its home, and nothing else. */
export function emptyHome(home: Home): void {
  const ours = [
    ...[home.postgres, home.databasePasswords, home.busFile, home.secrets, home.signingKey],
    ...[home.accessFile, home.tokensFile, home.logs, home.connectionFile, join(home.directory, 'demo')],
    ...[
      home.previousSigningKey,
      home.erasures,
      home.suppressions,
      home.checkpoints,
      home.eraseFirst,
      home.definition,
    ],
  ];
  for (const path of ours) rmSync(path, { recursive: true, force: true });
}

/** Writes a private file atomically: a reader sees the old content or the new, never a part. */
export function writePrivately(file: string, content: string): void {
  const partial = `${file}.${process.pid}.partial`;
  // A leftover of a killed process, or a link made by somebody else.
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600, flag: 'wx' });
  renameSync(partial, file);
}
