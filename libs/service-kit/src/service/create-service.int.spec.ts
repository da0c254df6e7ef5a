import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessFile } from '@kinledger/contracts';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../access/caller.js';
import { KnownCallers } from '../access/testing/known-callers.js';
import { CurrentCaller, Public, Roles } from '../access/decorators.js';
import { accessConfig } from '../config/fragments.js';
import { Health } from '../health/health.js';
import { Metrics } from '../metrics/metrics.js';
import { Problem } from '../problem/problem.js';
import { createService, type Service } from './create-service.js';

const letter = z.strictObject({ to: z.string().min(1), copies: z.int().positive() });
const idParameter = z.object({ id: z.string().regex(/^[0-9]{1,4}$/) });

@Controller('v1/letters')
class LettersController {
  readonly #written;
  readonly #health: Health;

  constructor(metrics: Metrics, health: Health) {
    this.#health = health;
    this.#written = metrics.counter({
      name: 'kinledger_test_letters_total',
      help: 'Letters written.',
      labels: ['kind'],
    });
  }

  @Public()
  @Post()
  write(@Body({ schema: letter }) body: z.infer<typeof letter>): { readonly copies: number } {
    this.#written.inc({ kind: 'plain' });
    return { copies: body.copies };
  }

  @Public()
  @Get('count')
  count(@Query({ schema: z.object({ limit: z.coerce.number().int() }) }) query: { limit: number }) {
    return query;
  }

  @Public()
  @Get('broken')
  broken(): never {
    throw new Error('a secret value: amara.okafor7@example.org');
  }

  @Public()
  @Get('taken')
  taken(): never {
    throw new Problem(409, 'letter-sent', { detail: 'The letter was sent already.' });
  }

  @Public()
  @Get('crowded')
  crowded(): never {
    throw new Problem(503, 'busy', { headers: { 'retry-after': '60' }, declined: true });
  }

  @Public()
  @Post('unready')
  unready(): void {
    this.#health.register('postbox', () => Promise.reject(new Error('no box')));
  }

  @Roles('provider', 'data-team')
  @Get('mine')
  mine(@CurrentCaller() caller: Caller): Caller {
    return caller;
  }

  @Roles('reader')
  @Get('read/:id')
  read(@Param({ schema: idParameter }) { id }: z.infer<typeof idParameter>): { readonly id: string } {
    return { id };
  }

  @Get('closed')
  closed(): string {
    return 'nobody comes here';
  }
}

class LettersModule {}

const tokens = { officer: randomBytes(16).toString('hex'), reader: randomBytes(16).toString('hex') };
const accounts: AccessFile = {
  accounts: [
    {
      name: 'refuge-officer',
      tokenSha256: hash('sha256', tokens.officer),
      roles: ['provider'],
      provider: 'refuge',
    },
    { name: 'reader', tokenSha256: hash('sha256', tokens.reader), roles: ['reader'] },
  ],
};

const quiet = { KINLEDGER_HTTP_PORT: '0', KINLEDGER_LOG_LEVEL: 'silent' };

let directory: string;
let service: Service;

const start = (env: Record<string, string> = {}) =>
  createService(
    {
      name: 'reporting-api',
      config: { access: accessConfig },
      module: () => ({ module: LettersModule, controllers: [LettersController] }),
    },
    { ...quiet, KINLEDGER_ACCESS_FILE: join(directory, 'access.json'), ...env },
  );

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kinledger-kit-'));
  writeFileSync(join(directory, 'access.json'), JSON.stringify(accounts));
  service = await start();
});

afterAll(async () => {
  await service.close();
  rmSync(directory, { recursive: true, force: true });
});

const call = (path: string, init: RequestInit = {}) => fetch(`${service.url}${path}`, init);
const as = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
const postJson = (body: string, type = 'application/json'): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});

async function problem(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const text = await response.text();
  const body = JSON.parse(text) as {
    type: string;
    status: number;
    instance: string;
    errors?: { path: string }[];
  };
  expect(body.status).toBe(response.status);
  return { ...body, text, status: response.status, code: body.type.replace('urn:kinledger:problem:', '') };
}

describe('requests', () => {
  it('passes a validated body on', async () => {
    const response = await call('/v1/letters', postJson('{"to":"Ada","copies":2}'));
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ copies: 2 });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('passes a parsed query on', async () => {
    expect(await (await call('/v1/letters/count?limit=12')).json()).toEqual({ limit: 12 });
  });

  it('lists what is wrong with a body, without repeating any of it', async () => {
    const response = await call(
      '/v1/letters',
      postJson('{"to":"","copies":"three","someone@example.org":1}'),
    );
    const body = await problem(response);
    expect(body).toMatchObject({ status: 400, code: 'validation-failed' });
    expect(body.errors?.map(({ path }) => path).sort()).toEqual(['(whole)', 'copies', 'to']);
    expect(body.text).not.toMatch(/three|example\.org/);
    expect(body.instance).toBe(`urn:uuid:${response.headers.get('x-request-id') ?? ''}`);
  });

  it.each([
    ['an unknown address', '/v1/nothing/amara.okafor7@example.org', {}, 404, 'not-found'],
    ['an address that cannot be decoded', '/v1/letters/%ff', {}, 400, 'malformed-request'],
    ['malformed JSON', '/v1/letters', postJson('{"to": amara'), 400, 'malformed-request'],
    [
      'a media type that nobody reads',
      '/v1/letters',
      postJson('to,copies', 'text/csv'),
      415,
      'unsupported-media-type',
    ],
    [
      'a body over the limit',
      '/v1/letters',
      postJson(JSON.stringify('x'.repeat(1024 * 1024))),
      413,
      'too-large',
    ],
    ['a bug', '/v1/letters/broken', {}, 500, 'internal-error'],
    ['a problem that a handler throws', '/v1/letters/taken', {}, 409, 'letter-sent'],
  ])('answers %s with a problem', async (_, path, init: RequestInit, status, code) => {
    const body = await problem(await call(path, init));
    expect(body).toMatchObject({ status, code });
    expect(body.text).not.toMatch(/amara|secret/);
  });
});

describe('the headers of a response', () => {
  it.each([
    '/v1/letters/count?limit=3',
    '/v1/nothing',
    '/v1/letters/mine',
    '/v1/letters/broken',
    '/metrics',
    '/%zz',
  ])('tell browsers to run, frame and refer to nothing: %s', async (path) => {
    const { headers } = await call(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy':
        "default-src 'none';style-src 'self';img-src 'self' data:;form-action 'self';base-uri 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers.has('strict-transport-security')).toBe(false);
    expect(headers.has('x-powered-by')).toBe(false);
  });
});

describe('access', () => {
  it('identifies the person and the organisation of a known account', async () => {
    const response = await call('/v1/letters/mine', as(tokens.officer));
    expect(await response.json()).toEqual({
      person: 'refuge-officer',
      roles: ['provider'],
      organisation: 'refuge',
    });
  });

  it("uses a service's own identity instead of the access file", async () => {
    const identity = new KnownCallers([
      ['sesame', { person: 'amara', organisation: 'refuge' as never, roles: ['provider'] }],
    ]);
    const other = await createService(
      {
        name: 'ingest',
        config: { access: accessConfig },
        identity: () => identity,
        module: () => ({ module: LettersModule, controllers: [LettersController] }),
      },
      { ...quiet, KINLEDGER_ACCESS_FILE: join(directory, 'access.json') },
    );
    const ask = (init: RequestInit) => fetch(`${other.url}/v1/letters/mine`, init);
    try {
      const known = await ask(as('sesame'));
      expect(await known.json()).toEqual({ person: 'amara', organisation: 'refuge', roles: ['provider'] });
      expect((await ask(as(tokens.officer))).status).toBe(401);
      identity.revoke('sesame');
      expect((await ask(as('sesame'))).status).toBe(401);
    } finally {
      await other.close();
    }
  });

  it.each([
    ['no token', {}, 401, 'Bearer realm="kinledger"'],
    ['an unknown token', as('nonsense'), 401, 'Bearer realm="kinledger", error="invalid_token"'],
    [
      'another scheme',
      { headers: { authorization: 'Basic eDp5' } },
      401,
      'Bearer realm="kinledger", error="invalid_token"',
    ],
    [
      'an account without the role',
      as(tokens.reader),
      403,
      'Bearer realm="kinledger", error="insufficient_scope"',
    ],
  ])('refuses %s', async (_, init: RequestInit, status, challenge) => {
    const response = await call('/v1/letters/mine', init);
    expect(response.headers.get('www-authenticate')).toBe(challenge);
    expect((await problem(response)).status).toBe(status);
  });

  it('closes a handler without roles', async () => {
    expect((await call('/v1/letters/closed', as(tokens.reader))).status).toBe(403);
  });

  it.each(['localhost', '127.0.0.1', 'attacker.example:80'])(
    'admits nobody without a token, whatever the Host header: %s',
    async (host) => {
      expect(await statusFor(service.url, '/v1/letters/read/7', host)).toBe(401);
    },
  );

  it('accepts an account that was added while it runs', async () => {
    const token = randomBytes(16).toString('hex');
    const added = { name: 'late-reader', tokenSha256: hash('sha256', token), roles: ['reader' as const] };
    writeFileSync(
      join(directory, 'access.json'),
      JSON.stringify({ accounts: [...accounts.accounts, added] } satisfies AccessFile),
    );
    expect((await call('/v1/letters/read/7', as(token))).status).toBe(200);
  });

  describe('while the access file changes', () => {
    const file = () => join(directory, 'access.json');
    const write = (content: AccessFile) => writeFileSync(file(), JSON.stringify(content));
    const status = async () => (await call('/v1/letters/read/7', as(tokens.reader))).status;
    afterEach(() => write(accounts));

    it('refuses an account that was removed', async () => {
      expect(await status()).toBe(200);
      write({ accounts: accounts.accounts.slice(0, 1) });
      expect(await status()).toBe(401);
    });

    it.each([
      ['is not JSON', () => writeFileSync(file(), '{"accounts": [')],
      ['has another shape', () => writeFileSync(file(), '{}')],
      ['is gone', () => rmSync(file())],
    ])('admits nobody while the file %s, and everybody again once it is fixed', async (_, spoil) => {
      expect(await status()).toBe(200);
      spoil();
      expect(await status()).toBe(401);
      write(accounts);
      expect(await status()).toBe(200);
    });

    it('refuses a token from the instant at which it expires', async () => {
      const expiring = (expiresAt: number): AccessFile => ({
        accounts: accounts.accounts.map((account) => ({
          ...account,
          expiresAt: new Date(expiresAt).toISOString(),
        })),
      });
      write(expiring(Date.now() + 60_000));
      expect(await status()).toBe(200);
      write(expiring(Date.now() - 1));
      expect(await status()).toBe(401);
    });
  });
});

describe('operation', () => {
  it('counts requests by route template, and collects registered metrics', async () => {
    await call('/v1/letters/read/1234', as(tokens.reader));
    const text = await (await call('/metrics')).text();
    expect(text).toContain('route="/v1/letters/read/:id"');
    expect(text).not.toContain('read/1234');
    expect(text).toContain('kinledger_test_letters_total{kind="plain",service="reporting-api"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('counts requests that fail, but not those that it declines for the moment', async () => {
    const failures = async () =>
      Number(/^kinledger_http_failures_total\{.*\} (\d+)$/m.exec(await (await call('/metrics')).text())?.[1]);
    const before = await failures();
    expect((await call('/v1/letters/crowded')).status).toBe(503);
    expect((await call('/v1/letters/taken')).status).toBe(409);
    expect(await failures()).toBe(before);
    expect((await call('/v1/letters/broken')).status).toBe(500);
    expect(await failures()).toBe(before + 1);
  });

  it('is ready until a check fails, and live throughout', async () => {
    expect((await call('/health/ready')).status).toBe(200);
    await call('/v1/letters/unready', { method: 'POST' });
    const response = await call('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'down', checks: { postbox: 'down' } });
    expect(await (await call('/health/live')).json()).toEqual({ status: 'up', checks: {} });
  });
});

/** fetch sets the host header itself; this sends another one. */
function statusFor(url: string, path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('end', () => resolve(Number(text.split(' ')[1])));
  });
}
