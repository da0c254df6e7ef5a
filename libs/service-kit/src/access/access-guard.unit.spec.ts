/* eslint-disable @typescript-eslint/unbound-method -- handlers are named here, and never called */
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AccessGuard, bearerTokenOf } from './access.guard.js';
import type { Caller } from './caller.js';
import { ByForm, callerOf, Public, Roles } from './decorators.js';
import { KnownCallers } from './testing/known-callers.js';
import { Sessions } from './sessions.js';

const reader: Caller = { person: 'reader', roles: ['reader'] };
const identity = new KnownCallers([['sesame', reader]]);

class Handlers {
  @Roles('reader')
  read(): void {
    // Only its roles matter.
  }

  @Roles('data-team')
  manage(): void {
    // Only its roles matter.
  }

  @Roles('data-team', 'reader')
  share(): void {
    // Only its roles matter.
  }

  @Roles('reader')
  @ByForm()
  ask(): void {
    // Only its roles and that a form may call it matter.
  }

  @Public()
  health(): void {
    // Only that it is public matters.
  }

  closed(): void {
    // It has no roles.
  }
}
const { read, manage, share, ask: askByForm, health, closed } = new Handlers();

/** A request of a signed-in browser, unless it has another secret. */
async function world() {
  const sessions = new Sessions(identity);
  const secret = (await sessions.signIn('sesame')) ?? '';
  const guard = new AccessGuard(new Reflector(), identity, sessions);
  const request = (method: string, headers: Record<string, string>): FastifyRequest =>
    ({ method, headers, raw: { socket: { localPort: 80 } } }) as unknown as FastifyRequest;
  const ask = (handler: () => void, from: FastifyRequest, type = 'http'): Promise<boolean> =>
    guard.canActivate({
      getType: () => type,
      getHandler: () => handler,
      getClass: () => Handlers,
      switchToHttp: () => ({ getRequest: () => from }),
    } as unknown as ExecutionContext);
  const cookie = { cookie: `kinledger-session-80=${secret}` };
  return { ask, request, cookie, sessions, secret };
}
const refused = (status: number) => expect.objectContaining({ status }) as Error;

describe('the guard', () => {
  it.each(['GET', 'HEAD'])('lets a signed-in browser read: %s', async (method) => {
    const { ask, request, cookie } = await world();
    const asking = request(method, cookie);
    expect(await ask(read, asking)).toBe(true);
    expect(callerOf(asking)).toBe(reader);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('does not let a cookie change anything: %s', async (method) => {
    const { ask, request, cookie } = await world();
    await expect(ask(read, request(method, cookie))).rejects.toThrow(refused(401));
    expect(await ask(read, request(method, { authorization: 'Bearer sesame' }))).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['the browser names as its own', { 'sec-fetch-site': 'same-origin' }],
    ['has the host of the request', { origin: 'http://pages.example:4313', host: 'pages.example:4313' }],
  ])('lets a signed-in browser ask by a form that %s', async (_, headers) => {
    const { ask, request, cookie } = await world();
    expect(await ask(askByForm, request('POST', { ...cookie, ...headers }))).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another port', { 'sec-fetch-site': 'same-site' }],
    ['with another origin', { origin: 'http://pages.example:80', host: 'pages.example:4313' }],
    ['with an unreadable origin', { origin: 'null', host: 'pages.example:4313' }],
  ])('does not let a form %s ask', async (_, headers) => {
    const { ask, request, cookie } = await world();
    await expect(ask(askByForm, request('POST', { ...cookie, ...headers }))).rejects.toThrow(refused(401));
  });

  it('limits a cookie to the permissions of its caller', async () => {
    const { ask, request, cookie } = await world();
    await expect(ask(manage, request('GET', cookie))).rejects.toThrow(refused(403));
    await expect(ask(closed, request('GET', cookie))).rejects.toThrow(refused(403));
  });

  it('refuses a cookie without a session, and one whose session has ended', async () => {
    const { ask, request, cookie, sessions, secret } = await world();
    await expect(ask(read, request('GET', {}))).rejects.toThrow(refused(401));
    await expect(
      ask(read, request('GET', { cookie: `kinledger-session-80=${'b'.repeat(43)}` })),
    ).rejects.toThrow(refused(401));
    sessions.signOut(secret);
    await expect(ask(read, request('GET', cookie))).rejects.toThrow(refused(401));
  });

  it('ignores the cookie if a token is invalid', async () => {
    const { ask, request, cookie } = await world();
    await expect(ask(read, request('GET', { ...cookie, authorization: 'Bearer open' }))).rejects.toThrow(
      refused(401),
    );
  });

  it.each<[string, Record<string, string>]>([
    ['no header and no cookie', {}],
    ['a cookie without a session', { cookie: `kinledger-session-80=${'b'.repeat(43)}` }],
  ])('requires a token if a request has %s', async (_, headers) => {
    const { ask, request } = await world();
    await expect(ask(read, request('GET', headers))).rejects.toMatchObject({
      ...{ status: 401, code: 'not-authenticated', detail: 'A bearer token is required.' },
      headers: { 'www-authenticate': 'Bearer realm="kinledger"' },
    });
  });

  it.each(['Bearer open', 'Bearer', 'Basic sesame', 'Bearer sesame twice'])(
    'reports an unknown token for “%s”',
    async (authorization) => {
      const { ask, request } = await world();
      await expect(ask(read, request('GET', { authorization }))).rejects.toMatchObject({
        ...{ status: 401, code: 'not-authenticated' },
        detail: 'The bearer token is unknown, has expired or was revoked.',
        headers: { 'www-authenticate': 'Bearer realm="kinledger", error="invalid_token"' },
      });
    },
  );

  it('refuses a caller without any role of the handler', async () => {
    const { ask, request } = await world();
    await expect(ask(manage, request('GET', { authorization: 'Bearer sesame' }))).rejects.toMatchObject({
      ...{ status: 403, code: 'not-allowed', detail: 'This account may not do that.' },
      headers: { 'www-authenticate': 'Bearer realm="kinledger", error="insufficient_scope"' },
    });
  });

  it('admits a caller with one of the roles of a handler', async () => {
    const { ask, request } = await world();
    const asking = request('POST', { authorization: 'bearer   sesame' });
    expect(await ask(share, asking)).toBe(true);
    expect(callerOf(asking)).toBe(reader);
  });

  it('accepts a token of 512 characters, but no longer one', () => {
    const tokenOf = (length: number) =>
      bearerTokenOf({
        headers: { authorization: `Bearer ${'t'.repeat(length)}` },
      } as unknown as FastifyRequest);
    expect([tokenOf(512)?.length, tokenOf(513)]).toEqual([512, undefined]);
  });

  it('lets anybody call a public handler, which has no caller', async () => {
    const { ask, request } = await world();
    const asking = request('GET', {});
    expect(await ask(health, asking)).toBe(true);
    expect(() => callerOf(asking)).toThrow('this handler is public and has no caller');
  });

  it('ignores messages that do not arrive over HTTP', async () => {
    const { ask, request } = await world();
    expect(await ask(closed, request('GET', {}), 'rpc')).toBe(true);
  });
});
