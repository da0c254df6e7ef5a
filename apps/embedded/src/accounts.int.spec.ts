import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessFile } from '@kinledger/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAccounts } from './accounts.js';
import { openHome, type Home } from './home.js';

describe('the accounts of a local installation', () => {
  let home: Home;
  beforeEach(() => {
    home = openHome(mkdtempSync(join(tmpdir(), 'kinledger-accounts-')));
  });
  afterEach(() => rmSync(home.directory, { recursive: true, force: true }));

  const stored = () => accessFile.parse(JSON.parse(readFileSync(home.accessFile, 'utf8'))).accounts;
  const bytes = () => readFileSync(home.accessFile, 'utf8');

  it('are created for a new home, readable by its owner only, with hashes in the services’ file', () => {
    const { tokens, without } = openAccounts(home, ['alpha', 'beta']);
    expect(stored().map(({ name }) => name)).toEqual([
      ...['alpha-officer', 'beta-officer'],
      ...['data-team', 'reader', 'operator', 'auditor'],
    ]);
    expect(without).toEqual([]);
    expect(bytes()).not.toContain(tokens.reader);
    for (const file of [home.accessFile, home.tokensFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('stay the same byte for byte at the next start, including changes by hand', () => {
    const { tokens } = openAccounts(home, ['alpha', 'beta']);
    const accounts = [
      ...stored().filter(({ name }) => name !== 'reader' && name !== 'beta-officer'),
      { name: 'inspector', tokenSha256: 'a'.repeat(64), roles: ['reader'] },
    ];
    writeFileSync(home.accessFile, JSON.stringify({ accounts }));
    const before = bytes();
    expect(openAccounts(home, ['alpha', 'beta', 'gamma'])).toEqual({ tokens, without: ['beta', 'gamma'] });
    expect(bytes()).toBe(before);
  });

  it.each([
    ['access.json', 'tokens.json'],
    ['tokens.json', 'access.json'],
  ])('are not created again if only %s is missing', (gone, there) => {
    openAccounts(home, ['alpha']);
    rmSync(join(home.directory, gone));
    expect(() => openAccounts(home, ['alpha'])).toThrow(`has ${there} but no ${gone}`);
  });

  it('are not replaced if their file cannot be read', () => {
    openAccounts(home, ['alpha']);
    writeFileSync(home.accessFile, '{"accounts": [');
    expect(() => openAccounts(home, ['alpha'])).toThrow(
      'access.json in the home cannot be read, or is wrong',
    );
    expect(bytes()).toBe('{"accounts": [');
  });
});
