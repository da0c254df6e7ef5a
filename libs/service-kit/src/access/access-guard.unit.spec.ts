/* eslint-disable @typescript-eslint/unbound-method -- handlers are named here, and never called */
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AccessGuard } from './access.guard.js';
import type { Account } from './account.js';
import { tokenDigest, type Accounts } from './accounts.js';
import { callerOf, Public, Roles } from './decorators.js';
import { Sessions } from './sessions.js';

const reader: Account = { name: 'reader', roles: ['reader'] };
const findByDigest = (digest: Buffer) => (digest.equals(tokenDigest('sesame')) ? reader : undefined);
const accounts = {
  findByDigest,
  find: (token: string) => findByDigest(tokenDigest(token)),
} as unknown as Accounts; // what the guard and sessions ask of them

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
function world() {
  const sessions = new Sessions(accounts);
  const secret = sessions.signIn('sesame') ?? '';
  const guard = new AccessGuard(new Reflector(), accounts, sessions);
  const request = (method: string, headers: Record<string, string>): FastifyRequest =>
    ({ method, headers, raw: { socket: { localPort: 80 } } }) as unknown as FastifyRequest;
  const ask = (handler: () => void, from: FastifyRequest, type = 'http'): boolean =>
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
  it.each(['GET', 'HEAD'])('lets a browser that is signed in read: %s', (method) => {
    const { ask, request, cookie } = world();
    const asking = request(method, cookie);
    expect(ask(read, asking)).toBe(true);
    expect(callerOf(asking)).toBe(reader);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('lets a cookie change nothing: %s', (method) => {
    const { ask, request, cookie } = world();
    expect(() => ask(read, request(method, cookie))).toThrow(refused(401));
    expect(ask(read, request(method, { authorization: 'Bearer sesame' }))).toBe(true);
  });

  it('lets a cookie do no more than its account may', () => {
    const { ask, request, cookie } = world();
    expect(() => ask(manage, request('GET', cookie))).toThrow(refused(403));
    expect(() => ask(closed, request('GET', cookie))).toThrow(refused(403));
  });

  it('refuses a cookie of no session, and one whose session has ended', () => {
    const { ask, request, cookie, sessions, secret } = world();
    expect(() => ask(read, request('GET', {}))).toThrow(refused(401));
    expect(() => ask(read, request('GET', { cookie: `kinledger-session-80=${'b'.repeat(43)}` }))).toThrow(
      refused(401),
    );
    sessions.signOut(secret);
    expect(() => ask(read, request('GET', cookie))).toThrow(refused(401));
  });

  it('does not fall back on the cookie where a token is wrong', () => {
    const { ask, request, cookie } = world();
    expect(() => ask(read, request('GET', { ...cookie, authorization: 'Bearer open' }))).toThrow(
      refused(401),
    );
  });

  it('lets anybody call what is public, and knows no caller there', () => {
    const { ask, request } = world();
    const asking = request('GET', {});
    expect(ask(health, asking)).toBe(true);
    expect(() => callerOf(asking)).toThrow('this handler has no caller: it is public');
  });

  it('leaves messages that come over no HTTP alone', () => {
    const { ask, request } = world();
    expect(ask(closed, request('GET', {}), 'rpc')).toBe(true);
  });
});
