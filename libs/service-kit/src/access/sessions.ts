import { randomBytes } from 'node:crypto';
import type { Account } from './account.js';
import { tokenDigest, type Accounts } from './accounts.js';

/** A one-time sign-in link is for the person who has just asked for it. */
const LINK_MS = 60 * 60 * 1000;
export const SESSION_MS = 12 * 60 * 60 * 1000;
/** More of either than an installation's people need; the oldest give way. */
const MOST = 1_000;

interface Grant {
  /** SHA-256 of the bearer token that it stands for: when the account ends, so does the grant. */
  readonly account: Buffer;
  readonly expiresAt: number;
}

/**
 * Browsers that are signed in, and one-time links to sign in with. Both stand for a bearer account, hold no more than
 * it, and end with it. They live in this process's memory, by their hashes: a restart ends them all.
 */
export class Sessions {
  readonly #links = new Map<string, Grant>();
  readonly #sessions = new Map<string, Grant>();
  readonly #accounts: Pick<Accounts, 'find' | 'findByDigest'> | undefined;
  readonly #now: () => number;

  constructor(accounts: Pick<Accounts, 'find' | 'findByDigest'> | undefined, now: () => number = Date.now) {
    this.#accounts = accounts;
    this.#now = now;
  }

  /** A code that starts one session, within an hour, as the account of this token. Undefined for an unknown token. */
  link(token: string): { readonly code: string; readonly expiresAt: number } | undefined {
    if (this.#accounts?.find(token) === undefined) return undefined;
    const expiresAt = this.#now() + LINK_MS;
    return { code: this.#grant(this.#links, { account: tokenDigest(token), expiresAt }), expiresAt };
  }

  /** Starts a session with a link's code, which opens nothing afterwards. @returns the session's secret. */
  redeem(code: string): string | undefined {
    const key = keyOf(code);
    const link = this.#links.get(key);
    this.#links.delete(key);
    if (link === undefined || link.expiresAt <= this.#now()) return undefined;
    if (this.#accounts?.findByDigest(link.account) === undefined) return undefined;
    return this.#grant(this.#sessions, { ...link, expiresAt: this.#now() + SESSION_MS });
  }

  /** Starts a session with a bearer token. @returns the session's secret. */
  signIn(token: string): string | undefined {
    if (this.#accounts?.find(token) === undefined) return undefined;
    return this.#grant(this.#sessions, { account: tokenDigest(token), expiresAt: this.#now() + SESSION_MS });
  }

  find(secret: string): Account | undefined {
    const session = this.#sessions.get(keyOf(secret));
    if (session === undefined || session.expiresAt <= this.#now()) return undefined;
    return this.#accounts?.findByDigest(session.account);
  }

  signOut(secret: string): void {
    this.#sessions.delete(keyOf(secret));
  }

  #grant(among: Map<string, Grant>, grant: Grant): string {
    for (const [key, { expiresAt }] of among) {
      if (expiresAt <= this.#now() || among.size >= MOST) among.delete(key);
      else break;
    }
    const secret = randomBytes(32).toString('base64url');
    among.set(keyOf(secret), grant);
    return secret;
  }
}

const keyOf = (secret: string): string => tokenDigest(secret).toString('hex');
