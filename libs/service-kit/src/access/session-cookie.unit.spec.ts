import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { sessionCookie, sessionOf } from './session-cookie.js';

const secret = 'a'.repeat(43);
const request = (cookie?: string, localPort: number | undefined = 8443): FastifyRequest =>
  ({
    headers: cookie === undefined ? {} : { cookie },
    raw: { socket: { localPort } },
  }) as unknown as FastifyRequest;

describe('the cookie of a session', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['no cookie', undefined, undefined],
    ['its own', `kinledger-session-8443=${secret}`, secret],
    ['its own cookie among others', `theme=dark; kinledger-session-8443=${secret}; lang=en`, secret],
    ['the cookie of another port', `kinledger-session-8444=${secret}`, undefined],
    ['another cookie with the same value', `other=${secret}`, undefined],
    ['a cookie without a value', 'kinledger-session-8443', undefined],
    ['an empty cookie', 'kinledger-session-8443=', undefined],
    ['a value that is too short', `kinledger-session-8443=${secret.slice(1)}`, undefined],
    ['a value that is too long', `kinledger-session-8443=${secret}a`, undefined],
    ['a value with other characters', `kinledger-session-8443=${secret.slice(1)}!`, undefined],
    [
      'an invalid value before a valid one',
      `kinledger-session-8443=x; kinledger-session-8443=${secret}`,
      secret,
    ],
  ])('is read from %s', (_, cookie, expected) => {
    expect(sessionOf(request(cookie))).toBe(expected);
  });

  it('signs in for the given time, inaccessible to scripts and other sites', () => {
    expect(sessionCookie(request(), secret, { seconds: 60, secure: false })).toBe(
      `kinledger-session-8443=${secret}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax`,
    );
    expect(sessionCookie(request(), secret, { seconds: 60, secure: true })).toMatch(/; Secure$/);
  });

  it('signs out immediately', () => {
    expect(sessionCookie(request(), undefined, { seconds: 60, secure: false })).toBe(
      'kinledger-session-8443=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    );
  });

  it('names no port once the connection is closed', () => {
    expect(
      sessionCookie({ headers: {}, raw: { socket: {} } } as unknown as FastifyRequest, secret, {
        ...{ seconds: 1, secure: false },
      }),
    ).toMatch(/^kinledger-session-0=/);
  });
});
