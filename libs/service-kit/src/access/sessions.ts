import { hash, randomBytes } from 'node:crypto';
import type { Caller } from './caller.js';
import type { Identity } from './identity.js';

/** One hour, because the person who requests a one-time sign-in link uses it soon. */
const LINK_MS = 60 * 60 * 1000;
export const SESSION_MS = 12 * 60 * 60 * 1000;
/**
 * Maximum number of links and of sessions, more than an installation needs; the oldest, which include expired ones, are
 * removed first.
 */
const MOST = 1_000;

interface Grant {
  /** The identity's reference of the token: the grant ends when the token does. */
  readonly reference: string;
  readonly expiresAt: number;
}

/**
 * Sessions of browsers, and one-time links that start them. Both represent a bearer token, grant no more than it does,
 * and end with it. They are kept in memory, by hash: a restart ends all of them.
 */
export class Sessions {
  readonly #links = new Map<string, Grant>();
  readonly #sessions = new Map<string, Grant>();
  readonly #identity: Identity;
  readonly #now: () => number;

  constructor(identity: Identity, now: () => number = Date.now) {
    this.#identity = identity;
    this.#now = now;
  }

  /**
   * Creates a code that starts one session, within an hour, as the caller of this token. Undefined for an unknown
   * token.
   */
  async link(token: string): Promise<{ readonly code: string; readonly expiresAt: number } | undefined> {
    const identified = await this.#identity.identify(token);
    if (identified === undefined) return undefined;
    const expiresAt = this.#now() + LINK_MS;
    return { code: this.#grant(this.#links, { reference: identified.reference, expiresAt }), expiresAt };
  }

  /** Starts a session with a link's code, which becomes invalid. @returns the session's secret. */
  async redeem(code: string): Promise<string | undefined> {
    const key = keyOf(code);
    const link = this.#links.get(key);
    this.#links.delete(key);
    if (link === undefined || link.expiresAt <= this.#now()) return undefined;
    return (await this.#identity.current(link.reference)) === undefined
      ? undefined
      : this.#begin(link.reference);
  }

  /** Starts a session with a bearer token. @returns the session's secret. */
  async signIn(token: string): Promise<string | undefined> {
    const identified = await this.#identity.identify(token);
    return identified === undefined ? undefined : this.#begin(identified.reference);
  }

  async find(secret: string): Promise<Caller | undefined> {
    const session = this.#sessions.get(keyOf(secret));
    if (session === undefined || session.expiresAt <= this.#now()) return undefined;
    return this.#identity.current(session.reference);
  }

  signOut(secret: string): void {
    this.#sessions.delete(keyOf(secret));
  }

  #begin(reference: string): string {
    return this.#grant(this.#sessions, { reference, expiresAt: this.#now() + SESSION_MS });
  }

  #grant(among: Map<string, Grant>, grant: Grant): string {
    for (const oldest of among.keys()) {
      if (among.size < MOST) break;
      among.delete(oldest);
    }
    const secret = randomBytes(32).toString('base64url');
    among.set(keyOf(secret), grant);
    return secret;
  }
}

const keyOf = (secret: string): string => hash('sha256', secret);
