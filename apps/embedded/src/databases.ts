import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  databaseNames,
  migrate,
  provision,
  roleNames,
  type ConnectionUrls,
  type RoleName,
} from '@kinledger/database';
import { writePrivately, type Home } from './home.js';

/** Creates the roles, with this home's passwords, and the three databases. Idempotent. */
export async function provisionDatabases(home: Home, superuserUrl: string): Promise<ConnectionUrls> {
  return provision({ superuserUrl, passwords: databasePasswords(home) });
}

export async function migrateDatabases(urls: ConnectionUrls): Promise<void> {
  for (const database of databaseNames) await migrate(database, urls.url(database, 'migrator'));
}

/** Kept across starts, so that a user's own connection string stays valid. */
function databasePasswords(home: Home): Record<RoleName, string> {
  const stored = existsSync(home.databasePasswords)
    ? (JSON.parse(readFileSync(home.databasePasswords, 'utf8')) as Partial<Record<RoleName, string>>)
    : {};
  const passwords = Object.fromEntries(
    roleNames.map((role) => [role, stored[role] ?? randomBytes(24).toString('hex')]),
  ) as Record<RoleName, string>;
  writePrivately(home.databasePasswords, `${JSON.stringify(passwords, undefined, 2)}\n`);
  return passwords;
}
