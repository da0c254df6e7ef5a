import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHome, type Home } from '../home.js';
import { copyKeys, placeKeys } from './keys-copy.js';

describe('the copy of a home’s keys', () => {
  let folder: string;
  let home: Home;
  let restored: Home;
  const secrets = ['secrets/op-leap-salt', 'secrets/token-master-1', 'signing-key.pem', 'access.json'].concat(
    ['tokens.json', 'database-passwords.json'],
    ['postgres/superuser-password'],
  );
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-keys-'));
    home = openHome(join(folder, 'home'));
    restored = openHome(join(folder, 'restored'));
    for (const name of secrets) {
      const file = join(home.directory, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `secret ${name}`);
    }
    writeFileSync(join(home.directory, 'connection.json'), 'no secret of its own');
    copyKeys(home, join(folder, 'keys'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('restores every key to its place', () => {
    placeKeys(join(folder, 'keys'), restored);
    for (const name of secrets)
      expect(readFileSync(join(restored.directory, name), 'utf8')).toBe(`secret ${name}`);
    expect(existsSync(restored.connectionFile)).toBe(false);
  });

  it.each([
    'secrets',
    'signing-key.pem',
    'access.json',
    'tokens.json',
    'database-passwords.json',
    'postgres/superuser-password',
  ])('is refused, before anything is restored, if one is missing: %s', (missing) => {
    rmSync(join(folder, 'keys', missing), { recursive: true });
    expect(() => placeKeys(join(folder, 'keys'), restored)).toThrow(`${missing} is missing`);
    expect(secrets.some((name) => existsSync(join(restored.directory, name)))).toBe(false);
  });
});
