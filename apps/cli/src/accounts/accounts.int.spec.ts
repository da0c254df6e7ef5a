import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addAccountsCommand } from './accounts.command.js';

describe('accounts of services elsewhere', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-accounts-'));
    file = join(folder, 'access.json');
    const officer = { name: 'officer', tokenSha256: 'a'.repeat(64), roles: ['provider'], provider: 'toys' };
    writeFileSync(file, JSON.stringify({ accounts: [officer] }));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  /** Runs a command, and returns what it prints. */
  const run = async (...args: readonly string[]): Promise<string> => {
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const program = new Command();
    addAccountsCommand(program);
    await program.parseAsync(['accounts', ...args, '--file', file], { from: 'user' });
    vi.restoreAllMocks();
    return written.join('');
  };
  const stored = () => JSON.parse(readFileSync(file, 'utf8')) as { accounts: Record<string, unknown>[] };

  it('get an address for mails, another one, and none', async () => {
    expect(await run('email', 'officer', 'data@example.org')).toBe(
      'Mails for officer go to data@example.org.\n',
    );
    expect(stored().accounts).toMatchObject([{ name: 'officer', email: 'data@example.org' }]);
    expect(await run('list')).toContain('data@example.org');
    expect(await run('email', 'officer', 'none')).toBe('officer gets no mails.\n');
    expect(stored().accounts[0]).not.toHaveProperty('email');
  });

  it('may have an address from the start, and their token is stored as a hash alone', async () => {
    const address = ['--email', 'team@example.org'];
    const text = await run('add', 'helper', '--role', 'provider', '--provider', 'toys', ...address, '--json');
    const { token } = JSON.parse(text) as { token: string };
    expect(stored().accounts[1]).toMatchObject({ name: 'helper', email: 'team@example.org' });
    expect(readFileSync(file, 'utf8')).not.toContain(token);
  });

  it('keep their address when the token is rotated, and lose it when revoked', async () => {
    await run('email', 'officer', 'data@example.org');
    await run('rotate', 'officer', '--json');
    expect(stored().accounts).toMatchObject([{ name: 'officer', email: 'data@example.org' }]);
    await run('revoke', 'officer');
    expect(stored().accounts).toEqual([]);
  });

  it('are not changed for a name that nobody has, or an address that is none', async () => {
    const before = readFileSync(file, 'utf8');
    await expect(run('email', 'nobody', 'data@example.org')).rejects.toThrow('no account of that name');
    await expect(run('email', 'officer', 'no address')).rejects.toThrow();
    await expect(run('add', 'other', '--role', 'data-team', '--email', 'a@example.org')).rejects.toThrow(
      'only an account with the role provider gets mails',
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
