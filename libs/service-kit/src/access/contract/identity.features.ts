import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../caller.js';
import type { Identity } from '../identity.js';

/** An identity that the test controls. */
export interface IdentityUnderTest {
  readonly identity: Identity;
  /** Admits this caller with a new token. */
  admit(caller: Caller): Promise<string>;
  /** Invalidates a token. */
  revoke(token: string): Promise<void>;
  /** Changes the permissions of a token's caller; the token stays. */
  change(token: string, caller: Caller): Promise<void>;
  end(): Promise<void>;
}

const officer: Caller = {
  person: 'refuge-officer',
  organisation: 'refuge' as NonNullable<Caller['organisation']>,
  roles: ['provider'],
};
const steward: Caller = { person: 'steward', roles: ['data-team', 'operator'] };

/** The contract of every identity. */
export function identityFeatures(name: string, begin: () => Promise<IdentityUnderTest>): void {
  describe(`the identity of ${name}`, () => {
    let world: IdentityUnderTest;
    beforeEach(async () => {
      world = await begin();
    });
    afterEach(() => world.end());

    it('returns person, organisation and roles of a token, and of its reference', async () => {
      for (const caller of [officer, steward]) {
        const token = await world.admit(caller);
        const identified = await world.identity.identify(token);
        // Strict: a caller of the programme itself has no organisation, not one that is undefined.
        expect(identified?.caller).toStrictEqual(caller);
        expect(await world.identity.current(identified?.reference ?? '')).toStrictEqual(caller);
      }
    });

    it('distinguishes callers, whichever was admitted first', async () => {
      const tokens = [await world.admit(officer), await world.admit(steward)] as const;
      expect((await world.identity.identify(tokens[0]))?.caller.person).toBe(officer.person);
      expect((await world.identity.identify(tokens[1]))?.caller.person).toBe(steward.person);
    });

    it.each(['', 'no token', '0'.repeat(64), 'ü'])('identifies nobody by the token “%s”', async (token) => {
      await world.admit(officer);
      expect(await world.identity.identify(token)).toBeUndefined();
      expect(await world.identity.current(token)).toBeUndefined();
    });

    it('gives a reference that is printable, short, and not accepted as a token', async () => {
      const { reference } = (await world.identity.identify(await world.admit(officer)))!;
      expect(reference).toMatch(/^[\x20-\x7e]{1,200}$/);
      expect(await world.identity.identify(reference)).toBeUndefined();
    });

    it('refuses a token and its reference as soon as it is revoked, but no other', async () => {
      const [token, other] = [await world.admit(officer), await world.admit(steward)];
      const { reference } = (await world.identity.identify(token))!;
      await world.revoke(token);
      expect(await world.identity.identify(token)).toBeUndefined();
      expect(await world.identity.current(reference)).toBeUndefined();
      expect((await world.identity.identify(other))?.caller).toEqual(steward);
    });

    it('returns the current permissions of a caller, even for an older reference', async () => {
      const token = await world.admit(steward);
      const { reference } = (await world.identity.identify(token))!;
      const demoted: Caller = { ...steward, roles: ['reader'] };
      await world.change(token, demoted);
      expect((await world.identity.identify(token))?.caller).toEqual(demoted);
      expect(await world.identity.current(reference)).toEqual(demoted);
    });
  });
}
