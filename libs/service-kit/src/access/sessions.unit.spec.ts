import { describe, expect, it } from 'vitest';
import type { Account } from './account.js';
import { tokenDigest } from './accounts.js';
import { SESSION_MS, Sessions } from './sessions.js';

const reader: Account = { name: 'reader', roles: ['reader'] };

/** Sessions at a clock that the test moves, over one account that it may end. */
function world() {
  const world = { now: 1_000_000, exists: true };
  const findByDigest = (digest: Buffer) =>
    world.exists && digest.equals(tokenDigest('sesame')) ? reader : undefined;
  const accounts = { findByDigest, find: (token: string) => findByDigest(tokenDigest(token)) };
  return { world, sessions: new Sessions(accounts, () => world.now) };
}

describe('sessions', () => {
  it('end after twelve hours', () => {
    const { world: clock, sessions } = world();
    const secret = sessions.signIn('sesame') ?? '';
    clock.now += SESSION_MS - 1;
    expect(sessions.find(secret)).toBe(reader);
    clock.now += 1;
    expect(sessions.find(secret)).toBeUndefined();
  });

  it('are started by a link once, within the hour', () => {
    const { world: clock, sessions } = world();
    const late = sessions.link('sesame')?.code ?? '';
    clock.now += 60 * 60 * 1000;
    expect(sessions.redeem(late)).toBeUndefined();
    const { code } = sessions.link('sesame') ?? { code: '' };
    expect(sessions.find(sessions.redeem(code) ?? '')).toBe(reader);
    expect(sessions.redeem(code)).toBeUndefined();
  });

  it('are for known tokens, and end with their account', () => {
    const { world: state, sessions } = world();
    expect([sessions.signIn('open'), sessions.link('open'), sessions.redeem('open')]).toEqual(
      Array(3).fill(undefined),
    );
    const secret = sessions.signIn('sesame') ?? '';
    const { code } = sessions.link('sesame') ?? { code: '' };
    state.exists = false;
    expect([sessions.find(secret), sessions.redeem(code)]).toEqual([undefined, undefined]);
  });

  it('give way to newer ones when there are too many', () => {
    const { sessions } = world();
    const all = Array.from({ length: 1_001 }, () => sessions.signIn('sesame') ?? '');
    expect(sessions.find(all[0] ?? '')).toBeUndefined();
    expect(all.slice(1).every((secret) => sessions.find(secret) === reader)).toBe(true);
  });
});
