import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.js';
import { KnownCallers } from './testing/known-callers.js';
import { SESSION_MS, Sessions } from './sessions.js';

const reader: Caller = { person: 'reader', roles: ['reader'] };

/** Sessions with a clock that the test controls, for one caller whose access it may end. */
function world() {
  const clock = { now: 1_000_000 };
  const identity = new KnownCallers([['sesame', reader]]);
  return { clock, identity, sessions: new Sessions(identity, () => clock.now) };
}

describe('sessions', () => {
  it('end after twelve hours', async () => {
    const { clock, sessions } = world();
    const secret = (await sessions.signIn('sesame')) ?? '';
    clock.now += SESSION_MS - 1;
    expect(await sessions.find(secret)).toBe(reader);
    clock.now += 1;
    expect(await sessions.find(secret)).toBeUndefined();
  });

  it('are started by a link once, within an hour', async () => {
    const { clock, sessions } = world();
    const late = (await sessions.link('sesame'))?.code ?? '';
    clock.now += 60 * 60 * 1000;
    expect(await sessions.redeem(late)).toBeUndefined();
    const { code } = (await sessions.link('sesame')) ?? { code: '' };
    expect(await sessions.find((await sessions.redeem(code)) ?? '')).toBe(reader);
    expect(await sessions.redeem(code)).toBeUndefined();
  });

  it('are for known tokens, and end with their account', async () => {
    const { identity, sessions } = world();
    expect([
      await sessions.signIn('open'),
      await sessions.link('open'),
      await sessions.redeem('open'),
    ]).toEqual(Array(3).fill(undefined));
    const secret = (await sessions.signIn('sesame')) ?? '';
    const { code } = (await sessions.link('sesame')) ?? { code: '' };
    identity.revoke('sesame');
    expect([await sessions.find(secret), await sessions.redeem(code)]).toEqual([undefined, undefined]);
  });

  it('give each link an expiry time, and end at sign-out', async () => {
    const { clock, sessions } = world();
    expect((await sessions.link('sesame'))?.expiresAt).toBe(clock.now + 60 * 60 * 1000);
    const [secret, other] = [await sessions.signIn('sesame'), await sessions.signIn('sesame')] as const;
    sessions.signOut(secret ?? '');
    expect(await sessions.find(secret ?? '')).toBeUndefined();
    expect(await sessions.find(other ?? '')).toBe(reader);
  });

  it('are removed in favour of newer ones when there are too many', async () => {
    const { sessions } = world();
    const all: string[] = [];
    for (let count = 0; count < 1_001; count += 1) all.push((await sessions.signIn('sesame')) ?? '');
    expect(await sessions.find(all[0] ?? '')).toBeUndefined();
    const found = await Promise.all(all.slice(1).map((secret) => sessions.find(secret)));
    expect(found.every((caller) => caller === reader)).toBe(true);
  });

  it('keep links apart from sessions: neither removes the other, and neither works as the other', async () => {
    const { sessions } = world();
    const secret = (await sessions.signIn('sesame')) ?? '';
    const codes: string[] = [];
    for (let count = 0; count < 1_001; count += 1) codes.push((await sessions.link('sesame'))?.code ?? '');
    expect(await sessions.find(secret)).toBe(reader);
    expect([await sessions.find(codes[1] ?? ''), await sessions.redeem(secret)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await sessions.redeem(codes[0] ?? '')).toBeUndefined();
    expect(await sessions.redeem(codes[1] ?? '')).toBeDefined();
  });
});
