import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyKeys, placeKeys } from './backup/keys-copy.js';
import { lockHome } from './home-lock.js';
import { openHome, type Home } from './home.js';
import { createSigningKey, ensureKeys } from './keys.js';
import { services } from './services.js';

describe('a new signing key of a home', () => {
  let folder: string;
  let home: Home;
  let first: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-signing-key-'));
    home = openHome(join(folder, 'home'));
    await ensureKeys(home, undefined);
    first = readFileSync(home.signingKey, 'utf8');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const previousOfLinker = () =>
    services
      .find(({ name }) => name === 'linker')
      ?.environment({
        ...{ home, programmeDirectory: folder, bus: () => ({}) },
        urls: { url: () => '' },
      })['KINLEDGER_PREVIOUS_SIGNING_KEY_FILE'];

  it('takes the place of the one in force, which stays beside it for the linker', () => {
    expect(previousOfLinker()).toBeUndefined();
    createSigningKey(home);
    expect(readFileSync(home.previousSigningKey, 'utf8')).toBe(first);
    expect(readFileSync(home.signingKey, 'utf8')).not.toBe(first);
    for (const file of [home.signingKey, home.previousSigningKey])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(previousOfLinker()).toBe(home.previousSigningKey);
    expect(existsSync(home.lockFile)).toBe(false);
  });

  it('is not made while a change is prepared: the key in force would be lost', () => {
    createSigningKey(home);
    const second = readFileSync(home.signingKey, 'utf8');
    expect(() => createSigningKey(home)).toThrow('put that file away');
    expect([home.previousSigningKey, home.signingKey].map((file) => readFileSync(file, 'utf8'))).toEqual([
      first,
      second,
    ]);
  });

  it('is made after a kill between the two files', () => {
    writeFileSync(home.previousSigningKey, first);
    createSigningKey(home);
    expect(readFileSync(home.previousSigningKey, 'utf8')).toBe(first);
    expect(readFileSync(home.signingKey, 'utf8')).not.toBe(first);
  });

  it('is not made while services run, or before the first start', () => {
    const release = lockHome(home.lockFile, home.directory);
    expect(() => createSigningKey(home)).toThrow();
    expect(readFileSync(home.signingKey, 'utf8')).toBe(first);
    release();
    rmSync(home.signingKey);
    expect(() => createSigningKey(home)).toThrow('has no signing key yet');
  });

  it('is in the copy of the keys with the one before it', () => {
    createSigningKey(home);
    for (const file of [home.accessFile, home.tokensFile, home.databasePasswords]) writeFileSync(file, '');
    const restored = openHome(join(folder, 'restored'));
    rmSync(home.postgres, { recursive: true, force: true });
    writeFileSync(join(openHome(home.postgres).directory, 'superuser-password'), '');
    copyKeys(home, join(folder, 'keys'));
    placeKeys(join(folder, 'keys'), restored);
    expect(readFileSync(restored.previousSigningKey, 'utf8')).toBe(first);
  });
});
