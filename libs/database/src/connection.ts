import { readFileSync } from 'node:fs';
import { parseIntoClientConfig } from 'pg-connection-string';
import pg from 'pg';

/** The parameter of a database URL that names a file with the password, which then is not in the URL. */
const PASSWORD_FILE = 'passwordfile';

/** The file that a database URL names for its password, if it names one. */
export const passwordFileOf = (url: string): string | undefined =>
  new URL(url).searchParams.get(PASSWORD_FILE) ?? undefined;

/**
 * Settings for one connection. Reads the certificates that the URL names; the password's file is read when the server
 * asks for the password.
 */
export function connectionSettings(url: string): pg.ClientConfig {
  const file = passwordFileOf(url);
  if (file === undefined) return parseIntoClientConfig(url);
  const others = new URL(url);
  others.searchParams.delete(PASSWORD_FILE);
  return {
    ...parseIntoClientConfig(others.href),
    // One line end, which editors and shells add, is no part of a password.
    password: () => readFileSync(file, 'utf8').replace(/\r?\n$/, ''),
  };
}
