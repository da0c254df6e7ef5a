/* eslint-disable @typescript-eslint/unbound-method -- handlers are named here, and never called */
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AccessGuard } from './access.guard.js';
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

  @Public()
  health(): void {
    // Only that it is public is asked for.
  }

  closed(): void {
    // It names no role.
  }
}
const { read, manage, health, closed } = new Handlers();

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
