import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createService, type Service } from '@kinledger/service-kit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportingService } from '../reporting-service.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const reader = { name: 'funder', tokenSha256: sha256('reader-token'), roles: ['reader'] };
const officer = {
  name: 'officer',
  tokenSha256: sha256('provider-token'),
  roles: ['provider'],
  provider: 'somebody',
};

describe('signing in to the pages', () => {
  let databases: TestDatabases;
  let service: Service;
  let folder: string;
  const write = (...accounts: object[]) =>
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts }));
  const start = (env: Record<string, string> = {}) =>
    createService(reportingService, {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_PLATFORM_URL: databases.url('platform', 'reporting'),
      KINLEDGER_ACCESS_FILE: join(folder, 'access.json'),
      ...env,
    });
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    folder = mkdtempSync(join(tmpdir(), 'kinledger-sign-in-'));
    write(reader, officer);
    service = await start();
  });
  afterAll(async () => {
    await service.close();
    await databases.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET', at = service) =>
    fetch(`${at.url}${path}`, { method, headers, redirect: 'manual' });
  const send = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
    at = service,
  ) =>
    fetch(`${at.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams(fields),
    });
  const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  /** 503 means access was granted: there are no figures yet. */
  const reachWith = async (cookie: string) => (await ask('/reach', { cookie })).status;
  const link = async () => {
    const answer = await ask('/v1/sign-in-links', { authorization: 'Bearer reader-token' }, 'POST');
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { path: string }).path;
  };

  it('shows only the form to a visitor who is not signed in', async () => {
    for (const path of ['/', '/reach?period=2023-24-Q2', '/submissions', '/reach/table.csv']) {
      const answer = await ask(path);
      const text = await answer.text();
      expect([path, answer.status]).toEqual([path, 401]);
      expect(text).toContain('Token of your account');
      expect(text).toContain(`name="to" value="${path}"`);
    }
    expect((await ask('/v1/figures/reach?period=lifetime')).status).toBe(401);
  });

  it('redirects to the requested page, with a cookie that no script can read', async () => {
    const answer = await send('/sign-in', { token: ' reader-token ', to: '/submissions?page=2' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/submissions?page=2']);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^kinledger-session-\d+=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    expect(await reachWith(cookieOf(answer))).toBe(503);
    const elsewhere = await send('/sign-in', { token: 'reader-token', to: '//attacker.example' });
    expect(elsewhere.headers.get('location')).toBe('/reach');
  });

  it.each(['', 'nonsense'])('refuses an unknown token, without repeating it: "%s"', async (token) => {
    const answer = await send('/sign-in', { token, to: '/reach' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const text = await answer.text();
    expect(text).toContain('There is a problem');
    expect(text).not.toContain('nonsense');
  });

  it('accepts a one-time link once', async () => {
    const path = await link();
    const first = await ask(path);
    expect([first.status, first.headers.get('location')]).toEqual([303, '/reach']);
    expect(await reachWith(cookieOf(first))).toBe(503);
    const second = await ask(path);
    expect([second.status, second.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await second.text()).toContain('has been used');
  });

  it('does not use up a link that a browser or a scanner only prefetches', async () => {
    const path = await link();
    expect((await ask(path, {}, 'HEAD')).headers.get('set-cookie')).toBeNull();
    expect((await ask(path, { 'sec-purpose': 'prefetch' })).headers.get('set-cookie')).toBeNull();
    expect((await ask(path)).status).toBe(303);
  });

  it('makes links only for accounts that may see the pages', async () => {
    expect((await ask('/v1/sign-in-links', {}, 'POST')).status).toBe(401);
    const provider = await ask('/v1/sign-in-links', { authorization: 'Bearer provider-token' }, 'POST');
    expect(provider.status).toBe(403);
    const cookie = cookieOf(await ask(await link()));
    expect((await ask('/v1/sign-in-links', { cookie }, 'POST')).status).toBe(401);
  });

  it('gives a signed-in account its own roles only', async () => {
    const cookie = cookieOf(await send('/sign-in', { token: 'provider-token' }));
    expect(cookie).not.toBe('');
    expect(await reachWith(cookie)).toBe(403);
  });

  it('ends a session when the browser signs out or the account ends', async () => {
    const cookie = cookieOf(await send('/sign-in', { token: 'reader-token' }));
    expect(await (await ask('/sign-in', { cookie })).text()).toContain('Account: funder');
    const out = await send('/sign-out', {}, { cookie });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('Max-Age=0')]);
    expect(await reachWith(cookie)).toBe(401);

    const other = cookieOf(await send('/sign-in', { token: 'reader-token' }));
    const unspent = await link();
    expect(await reachWith(other)).toBe(503);
    write(officer);
    try {
      expect(await reachWith(other)).toBe(401);
      expect((await ask(unspent)).status).toBe(401);
    } finally {
      write(reader, officer);
    }
  });

  it('accepts its form only from its own pages', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const answer = await send('/sign-in', { token: 'reader-token' }, { 'sec-fetch-site': site });
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    }
    expect(
      (await send('/sign-in', { token: 'reader-token' }, { 'sec-fetch-site': 'same-origin' })).status,
    ).toBe(303);
  });

  it('ignores Host and X-Forwarded headers: only the configuration makes cookies secure', async () => {
    const headers = {
      host: 'attacker.example',
      'x-forwarded-host': 'attacker.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
      forwarded: 'for=127.0.0.1;host=attacker.example;proto=https',
    };
    const answer = await withHeaders(`${service.url}${await link()}`, headers);
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/reach']);
    expect(JSON.stringify(answer.headers)).not.toMatch(/attacker|Secure/);
    expect((await withHeaders(`${service.url}/reach`, headers)).statusCode).toBe(401);

    const behindTls = await start({ KINLEDGER_PUBLIC_URL: 'https://reports.example.org' });
    try {
      const signedIn = await send('/sign-in', { token: 'reader-token' }, {}, behindTls);
      expect(signedIn.headers.get('set-cookie')).toMatch(/; Secure$/);
    } finally {
      await behindTls.close();
    }
  });
});

/** Sends a request with another Host header, which fetch would not allow. */
function withHeaders(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers }, (answer) => {
      answer.resume();
      resolve(answer);
    })
      .on('error', reject)
      .end();
  });
}
