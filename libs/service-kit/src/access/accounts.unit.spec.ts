import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Accounts, tokenDigest } from './accounts.js';

describe('the accounts of an access file', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kinledger-accounts-'));
    file = join(directory, 'access.json');
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(directory, { recursive: true });
  });

  const account = (name: string, more: object = {}) => ({
    ...{ name, tokenSha256: tokenDigest(`token of ${name}`).toString('hex'), roles: ['reader'] },
    ...more,
  });
  const write = (...accounts: readonly object[]) => writeFileSync(file, JSON.stringify({ accounts }));

  it('are found by their own token alone, whichever comes first', () => {
    write(account('amara'), account('bo'));
    const accounts = new Accounts(file, () => undefined);
    expect(accounts.find('token of amara')).toEqual({ name: 'amara', roles: ['reader'] });
    expect(accounts.find('token of bo')).toEqual({ name: 'bo', roles: ['reader'] });
    expect(accounts.find('token of cy')).toBeUndefined();
  });

  it.each<[string, () => void, RegExp]>([
    [
      'is gone',
      () => rmSync(file),
      /^the access file \(KINLEDGER_ACCESS_FILE\) is not there, or its folder cannot be read$/,
    ],
    [
      'is not JSON',
      () => writeFileSync(file, '{'),
      /^the access file \(KINLEDGER_ACCESS_FILE\) is not JSON$/,
    ],
    [
      'names a role that there is none of',
      () => write(account('amara', { roles: ['queen'] })),
      /is wrong: accounts\.0\.roles\.0: /,
    ],
  ])('tell once why nobody is let in while the file %s, and again after it was mended', (_, spoil, why) => {
    write(account('amara'));
    const told: string[] = [];
    const accounts = new Accounts(file, (reason) => told.push(reason));
    expect(accounts.find('token of amara')).toBeDefined();
    for (const times of [1, 2]) {
      spoil();
      for (let request = 0; request < 3; request++) expect(accounts.find('token of amara')).toBeUndefined();
      expect(told).toHaveLength(times);
      expect(told.at(-1)).toMatch(why);
      expect(told.at(-1)).not.toContain(directory);
      write(account('amara'));
      expect(accounts.find('token of amara')).toBeDefined();
    }
  });

  it('refuse to begin with a file that cannot be used, saying no more than five things that are wrong', () => {
    write(...Array.from({ length: 9 }, () => ({ name: 7 })));
    expect(() => new Accounts(file, () => undefined)).toThrow(/is wrong: (accounts[^;]*; ){4}accounts[^;]*$/);
    rmSync(file);
    expect(() => new Accounts(file, () => undefined)).toThrow('is not there');
  });

  it('end at the instant at which they expire', () => {
    const expiresAt = Date.parse('2023-10-01T00:00:00Z');
    write(account('amara', { expiresAt: new Date(expiresAt).toISOString() }));
    const accounts = new Accounts(file, () => undefined);
    vi.useFakeTimers({ toFake: ['Date'], now: expiresAt - 1 });
    expect(accounts.find('token of amara')).toBeDefined();
    vi.setSystemTime(expiresAt);
    expect(accounts.find('token of amara')).toBeUndefined();
  });
});
