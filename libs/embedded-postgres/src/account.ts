import { readFileSync } from 'node:fs';

/** The unprivileged account that runs the server when we are root: PostgreSQL refuses to run as root. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to run PostgreSQL under: none (our own) for an ordinary user; for root the system's `postgres` where
 * there is one, else `nobody`. No account is created.
 * @throws Error when root has neither.
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
