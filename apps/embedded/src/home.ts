import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the launcher keeps everything: data, keys, logs. Private to its owner. */
export interface Home {
  readonly directory: string;
  readonly lockFile: string;
  readonly postgres: string;
  readonly databasePasswords: string;
  /** Which message bus it uses. */
  readonly busFile: string;
  readonly secrets: string;
  readonly signingKey: string;
  /** Hashes of the accounts' tokens: what the services read. */
  readonly accessFile: string;
  /** The tokens themselves: what this machine's command line reads, through the connection file. */
  readonly tokensFile: string;
  readonly logs: string;
  /** The list of erasures: outside the databases, so that it outlives them. */
  readonly erasures: string;
  /** Copies of the ledger's checkpoints, outside the databases. */
  readonly checkpoints: string;
  /** There while a restored home has yet to erase what is on the list, before any other service starts. */
  readonly eraseFirst: string;
  readonly connectionFile: string;
}

/** The home of an explicit option, `KINLEDGER_HOME`, or `.kinledger` in the working directory. Created when missing. */
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
    secrets: at('secrets'),
    signingKey: at('signing-key.pem'),
    accessFile: at('access.json'),
    tokensFile: at('tokens.json'),
    logs: at('logs'),
    erasures: at('erasures.jsonl'),
    checkpoints: at('checkpoints'),
    eraseFirst: at('erase-first'),
    connectionFile: at('connection.json'),
  };
}

/** Deletes what a launcher ever put into its home, and nothing else that lies there. */
export function emptyHome(home: Home): void {
  const ours = [
    ...[home.postgres, home.databasePasswords, home.busFile, home.secrets, home.signingKey],
    ...[home.accessFile, home.tokensFile, home.logs, home.connectionFile, join(home.directory, 'demo')],
    ...[home.erasures, home.checkpoints, home.eraseFirst],
  ];
  for (const path of ours) rmSync(path, { recursive: true, force: true });
}

/** Writes a private file as a whole: a reader sees the old content or the new, never a part. */
export function writePrivately(file: string, content: string): void {
  const partial = `${file}.${process.pid}.partial`;
  // What lies there is of a process that was killed, or a link that somebody else made.
  rmSync(partial, { force: true });
  writeFileSync(partial, content, { mode: 0o600, flag: 'wx' });
  renameSync(partial, file);
}
