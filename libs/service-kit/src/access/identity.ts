import type { Caller } from './caller.js';

/** A caller whose token was accepted. */
export interface Identified {
  readonly caller: Caller;
  /**
   * Stands for the token where a browser is signed in with it: at most 200 printable characters that open nothing by
   * themselves. `current` knows it for as long as the token would be accepted.
   */
  readonly reference: string;
}

/**
 * Says who a caller is. The guard, sessions and sign-in ask it, and no other part of a service knows how callers prove
 * who they are. Each implementation passes `contract/identity.features.ts`.
 */
export interface Identity {
  /** The caller of a bearer token; undefined where it is not known, has expired or was revoked. */
  identify(token: string): Promise<Identified | undefined>;
  /** The caller of a reference, as they are now; undefined once their token would no longer be accepted. */
  current(reference: string): Promise<Caller | undefined>;
}

/** The identity of a service without accounts: it knows nobody, so that only public handlers answer. */
export const nobody: Identity = {
  identify: () => Promise.resolve(undefined),
  current: () => Promise.resolve(undefined),
};
