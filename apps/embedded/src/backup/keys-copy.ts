import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Home } from '../home.js';
import { operationRefused } from './operation-refused.js';

/** The secrets of a home, which decrypt its data. */
const secretsOf = (home: Home): readonly string[] => [
  home.secrets,
  home.signingKey,
  home.accessFile,
  home.tokensFile,
  home.databasePasswords,
  join(home.postgres, 'superuser-password'),
];

/** Copies a home's secrets into a new or empty folder, under the same paths as in the home. */
export function copyKeys(home: Home, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const previous = existsSync(home.previousSigningKey) ? [home.previousSigningKey] : [];
  for (const from of [...secretsOf(home), ...previous]) {
    cpSync(from, join(to, relative(home.directory, from)), { recursive: true, preserveTimestamps: true });
  }
}

/** @throws OperationRefused, before it copies anything, if a secret is missing. */
export function placeKeys(from: string, home: Home): void {
  const places = secretsOf(home).map((to) => ({ to, copy: join(from, relative(home.directory, to)) }));
  const previous = {
    to: home.previousSigningKey,
    copy: join(from, relative(home.directory, home.previousSigningKey)),
  };
  const missing = places.find(({ copy }) => !existsSync(copy));
  if (missing !== undefined) {
    throw operationRefused(
      `${from} holds no copy of the keys of a home: ${relative(from, missing.copy)} is missing`,
    );
  }
  if (existsSync(previous.copy)) places.push(previous);
  for (const { to, copy } of places) cpSync(copy, to, { recursive: true, preserveTimestamps: true });
}
