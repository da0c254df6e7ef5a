import { readFileSync } from 'node:fs';

/**
 * The unprivileged account that runs the server when this process is root, because PostgreSQL refuses to run as root.
 */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to run PostgreSQL under: undefined (this process's own) for an ordinary user; for root the system's
 * `postgres` if it exists, else `nobody`. Creates no account.
 * @throws Error if neither exists.
 */
export function serverAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is neither an account "postgres" nor "nobody"');
}
