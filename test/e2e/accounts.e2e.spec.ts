import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from './running-platform.js';

interface Made {
  readonly name: string;
  readonly token: string;
}

const platform = new RunningPlatform();
const { installation } = platform;
const file = join(installation.home, 'access.json');
const accounts = <T>(...args: readonly string[]) => installation.json<T>('accounts', ...args);
const names = async () =>
  (await accounts<{ accounts: { name: string }[] }>('list')).accounts.map(({ name }) => name);
/** 401 for an unknown caller; 200, or 503 before there are figures, for a caller who may read them. */
const statusAs = async (token: string) =>
  (
    await fetch(`${platform.reports}/v1/figures/reach?period=lifetime`, {
      headers: { authorization: `Bearer ${token}` },
    })
  ).status;
const letIn = async (token: string) => (await statusAs(token)) !== 401;

describe('accounts of services that run', () => {
  let funder: Made;
  beforeAll(() => platform.start());
  afterAll(() => platform.stop());

  it('take effect at once when added, and their tokens are in no file', async () => {
    funder = await accounts<Made>('add', 'funder', '--role', 'reader', '--expires', '2999-12-31');
    expect(await letIn(funder.token)).toBe(true);
    for (const name of ['access.json', 'tokens.json', 'connection.json']) {
      expect(readFileSync(join(installation.home, name), 'utf8')).not.toContain(funder.token);
      expect(statSync(join(installation.home, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('get a new token, and the old one no longer works', async () => {
    const { token } = await accounts<Made>('rotate', 'funder');
    expect([await letIn(funder.token), await letIn(token)]).toEqual([false, true]);
    funder = { ...funder, token };
  });

  it('can be rotated while this machine’s own commands use them', async () => {
    const { operator } = platform.connected.tokens;
    await accounts('rotate', 'operator');
    expect(await letIn(operator)).toBe(false);
    await fetch(await platform.signInLink(), { redirect: 'manual' }).then(({ status }) =>
      expect(status).toBe(303),
    );
  });

  it('let nobody in while the access file is unreadable, and log an error', async () => {
    const before = readFileSync(file);
    writeFileSync(file, '{"accounts"');
    expect(await letIn(funder.token)).toBe(false);
    const log = () => readFileSync(join(installation.home, 'logs', 'reporting-api.log'), 'utf8');
    await expect.poll(log).toMatch(/"level":"error".*all callers are refused/);
    expect(log()).not.toContain(file);
    writeFileSync(file, before);
    expect(await letIn(funder.token)).toBe(true);
  });

  it('stay revoked when the services restart', async () => {
    await accounts('revoke', 'operator');
    await accounts('revoke', 'refuge-officer');
    const stored = readFileSync(file);
    await platform.halt();
    await platform.start();
    expect(readFileSync(file).equals(stored)).toBe(true);
    expect(await names()).not.toEqual(expect.arrayContaining(['operator']));
    const { services, tokens } = platform.connected;
    expect(tokens.providers['refuge']).toBeUndefined();
    const status = await fetch(`${services.linker}/v1/status`, {
      headers: { authorization: `Bearer ${tokens.operator}` },
    });
    expect(status.status).toBe(401);
    expect(await letIn(funder.token)).toBe(true);
  });

  it.each([
    ['a name that is taken', ['add', 'funder', '--role', 'reader'], 'there is an account funder already'],
    [
      'a provider’s account without its provider',
      ['add', 'x', '--role', 'provider'],
      'must name its provider',
    ],
    ['a name that is none', ['add', 'Amara Okafor', '--role', 'reader'], 'expected lower-case words'],
    ['an account that is not there', ['revoke', 'nobody'], 'there is no account of that name'],
    ['a day that is over', ['rotate', 'funder', '--expires', '2020-01-01'], 'is over'],
  ])('are left unchanged by %s', async (_, args, sentence) => {
    const before = readFileSync(file);
    const { code, stderr } = await installation.run('accounts', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});
