/* eslint-disable @typescript-eslint/unbound-method -- handlers are named here, and never called */
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AccessGuard, bearerTokenOf } from './access.guard.js';
import type { Caller } from './caller.js';
import { callerOf, Public, Roles } from './decorators.js';
import { KnownCallers } from './testing/known-callers.js';
import { Sessions } from './sessions.js';

const reader: Caller = { person: 'reader', roles: ['reader'] };
const identity = new KnownCallers([['sesame', reader]]);

class Handlers {
  @Roles('reader')
  read(): void {
    // Only its roles are asked for.
  }

  @Roles('data-team')
  manage(): void {
    // Only its roles are asked for.
  }

  @Roles('data-team', 'reader')
  share(): void {
    // Only its roles are asked for.
  }

  @Public()
  health(): void {
    // Only that it is public is asked for.
  }

  closed(): void {
    // It names no role.
  }
}
const { read, manage, share, health, closed } = new Handlers();

/** A request of a browser that is signed in, unless the secret says otherwise. */
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
  it.each(['GET', 'HEAD'])('lets a browser that is signed in read: %s', async (method) => {
    const { ask, request, cookie } = await world();
    const asking = request(method, cookie);
    expect(await ask(read, asking)).toBe(true);
    expect(callerOf(asking)).toBe(reader);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('lets a cookie change nothing: %s', async (method) => {
    const { ask, request, cookie } = await world();
    await expect(ask(read, request(method, cookie))).rejects.toThrow(refused(401));
    expect(await ask(read, request(method, { authorization: 'Bearer sesame' }))).toBe(true);
  });

  it('lets a cookie do no more than its caller may', async () => {
    const { ask, request, cookie } = await world();
    await expect(ask(manage, request('GET', cookie))).rejects.toThrow(refused(403));
    await expect(ask(closed, request('GET', cookie))).rejects.toThrow(refused(403));
  });

  it('refuses a cookie of no session, and one whose session has ended', async () => {
    const { ask, request, cookie, sessions, secret } = await world();
    await expect(ask(read, request('GET', {}))).rejects.toThrow(refused(401));
    await expect(
      ask(read, request('GET', { cookie: `kinledger-session-80=${'b'.repeat(43)}` })),
    ).rejects.toThrow(refused(401));
    sessions.signOut(secret);
    await expect(ask(read, request('GET', cookie))).rejects.toThrow(refused(401));
  });

  it('does not fall back on the cookie where a token is wrong', async () => {
    const { ask, request, cookie } = await world();
    await expect(ask(read, request('GET', { ...cookie, authorization: 'Bearer open' }))).rejects.toThrow(
      refused(401),
    );
  });

  it.each<[string, Record<string, string>]>([
    ['no header and no cookie', {}],
    ['a cookie of no session', { cookie: `kinledger-session-80=${'b'.repeat(43)}` }],
  ])('says that a token is needed where a request has %s', async (_, headers) => {
    const { ask, request } = await world();
    await expect(ask(read, request('GET', headers))).rejects.toMatchObject({
      ...{ status: 401, code: 'not-authenticated', detail: 'A bearer token is needed.' },
      headers: { 'www-authenticate': 'Bearer realm="kinledger"' },
    });
  });

  it.each(['Bearer open', 'Bearer', 'Basic sesame', 'Bearer sesame twice'])(
    'says that a token is not known where a request has “%s”',
    async (authorization) => {
      const { ask, request } = await world();
      await expect(ask(read, request('GET', { authorization }))).rejects.toMatchObject({
        ...{ status: 401, code: 'not-authenticated' },
        detail: 'The bearer token is not known, or it has expired or been revoked.',
        headers: { 'www-authenticate': 'Bearer realm="kinledger", error="invalid_token"' },
      });
    },
  );

  it('says that a caller may not do what the handler names other roles for', async () => {
    const { ask, request } = await world();
    await expect(ask(manage, request('GET', { authorization: 'Bearer sesame' }))).rejects.toMatchObject({
      ...{ status: 403, code: 'not-allowed', detail: 'This account may not do that.' },
      headers: { 'www-authenticate': 'Bearer realm="kinledger", error="insufficient_scope"' },
    });
  });

  it('lets a caller pass who has any one of the roles that a handler names', async () => {
    const { ask, request } = await world();
    const asking = request('POST', { authorization: 'bearer   sesame' });
    expect(await ask(share, asking)).toBe(true);
    expect(callerOf(asking)).toBe(reader);
  });

  it('takes a token of 512 characters, and none that is longer', () => {
    const tokenOf = (length: number) =>
      bearerTokenOf({
        headers: { authorization: `Bearer ${'t'.repeat(length)}` },
      } as unknown as FastifyRequest);
    expect([tokenOf(512)?.length, tokenOf(513)]).toEqual([512, undefined]);
  });

  it('lets anybody call what is public, and knows no caller there', async () => {
    const { ask, request } = await world();
    const asking = request('GET', {});
    expect(await ask(health, asking)).toBe(true);
    expect(() => callerOf(asking)).toThrow('this handler has no caller: it is public');
  });

  it('leaves messages that come over no HTTP alone', async () => {
    const { ask, request } = await world();
    expect(await ask(closed, request('GET', {}), 'rpc')).toBe(true);
  });
});
