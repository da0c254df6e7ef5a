import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccessFileIdentity } from './access-file-identity.js';
import type { Caller } from './caller.js';
import { identityFeatures } from './contract/identity.features.js';

const digestOf = (token: string) => hash('sha256', token);

identityFeatures('an access file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kinledger-accounts-'));
  const file = join(directory, 'access.json');
  const admitted = new Map<string, Caller>();
  let tokens = 0;
  const write = () =>
    writeFileSync(
      file,
      JSON.stringify({
        accounts: [...admitted].map(([token, { person, organisation, roles }]) => ({
          ...{ name: person, roles, tokenSha256: digestOf(token) },
          ...(organisation === undefined ? {} : { provider: organisation }),
        })),
      }),
    );
  write();
  const change = (token: string, caller: Caller) => {
    admitted.set(token, caller);
    write();
  };
  return {
    identity: new AccessFileIdentity(file, () => undefined),
    admit: async (caller) => {
      const token = `token ${(tokens += 1)}`;
      change(token, caller);
      return token;
    },
    revoke: async (token) => {
      admitted.delete(token);
      write();
    },
    change: async (token, caller) => change(token, caller),
    end: async () => rmSync(directory, { recursive: true }),
  };
});

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
    ...{ name, tokenSha256: digestOf(`token of ${name}`), roles: ['reader'] },
    ...more,
  });
  const write = (...accounts: readonly object[]) => writeFileSync(file, JSON.stringify({ accounts }));

  it.each<[string, () => void, RegExp]>([
    [
      'is gone',
      () => rmSync(file),
      /^the access file \(KINLEDGER_ACCESS_FILE\) does not exist, or its folder cannot be read$/,
    ],
    [
      'is a folder',
      () => {
        rmSync(file);
        mkdirSync(file);
      },
      /^the access file \(KINLEDGER_ACCESS_FILE\) cannot be read$/,
    ],
    [
      'is not JSON',
      () => writeFileSync(file, '{'),
      /^the access file \(KINLEDGER_ACCESS_FILE\) is not JSON$/,
    ],
    [
      'names a role that there is none of',
      () => write(account('amara', { roles: ['queen'] })),
      /is invalid: accounts\.0\.roles\.0: /,
    ],
  ])(
    'report once why nobody is admitted while the file %s, and again after it was fixed',
    async (_, spoil, why) => {
      write(account('amara'));
      const told: string[] = [];
      const accounts = new AccessFileIdentity(file, (reason) => told.push(reason));
      expect(await accounts.identify('token of amara')).toBeDefined();
      for (const times of [1, 2]) {
        spoil();
        for (let request = 0; request < 3; request++)
          expect(await accounts.identify('token of amara')).toBeUndefined();
        expect(told).toHaveLength(times);
        expect(told.at(-1)).toMatch(why);
        expect(told.at(-1)).not.toContain(directory);
        rmSync(file, { recursive: true, force: true });
        write(account('amara'));
        expect(await accounts.identify('token of amara')).toBeDefined();
      }
    },
  );

  it('refuse an unusable file at start, and report at most five faults', () => {
    write(...Array.from({ length: 9 }, () => ({ name: 7 })));
    expect(() => new AccessFileIdentity(file, () => undefined)).toThrow(
      /is invalid: (accounts[^;]*; ){4}accounts[^;]*$/,
    );
    rmSync(file);
    expect(() => new AccessFileIdentity(file, () => undefined)).toThrow('does not exist');
  });

  it('expire at the stated instant', async () => {
    const expiresAt = Date.parse('2023-10-01T00:00:00Z');
    write(account('amara', { expiresAt: new Date(expiresAt).toISOString() }));
    const accounts = new AccessFileIdentity(file, () => undefined);
    vi.useFakeTimers({ toFake: ['Date'], now: expiresAt - 1 });
    expect(await accounts.identify('token of amara')).toBeDefined();
    vi.setSystemTime(expiresAt);
    expect(await accounts.identify('token of amara')).toBeUndefined();
  });
});
