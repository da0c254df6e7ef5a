import type { Caller } from './caller.js';

/** A caller whose token was accepted. */
export interface Identified {
  readonly caller: Caller;
  /**
   * Represents the token in a browser's session: at most 200 printable characters that grant no access by themselves.
   * `current` accepts it as long as the token would be accepted.
   */
  readonly reference: string;
}

/**
 * Identifies callers. Guard, sessions and sign-in use it; no other part of a service knows how callers authenticate.
 * Each implementation passes `contract/identity.features.ts`.
 */
export interface Identity {
  /** The caller of a bearer token; undefined if it is unknown, has expired or was revoked. */
  identify(token: string): Promise<Identified | undefined>;
  /** The current caller of a reference; undefined once their token would no longer be accepted. */
  current(reference: string): Promise<Caller | undefined>;
}

/** The identity of a service without accounts: it identifies nobody, so that only public handlers answer. */
export const nobody: Identity = {
  identify: () => Promise.resolve(undefined),
  current: () => Promise.resolve(undefined),
};
