import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { accessFile } from '@kinledger/contracts';
import type { Caller } from './caller.js';
import type { Identified, Identity } from './identity.js';

interface Entry {
  readonly digest: Buffer;
  /** Milliseconds since 1970; infinite for a token that does not expire. */
  readonly expiresAt: number;
  readonly caller: Caller;
}

/** The error for an unusable access file. Its message names the fault, without the file's path or content. */
const unusable = (what: string): Error => new Error(`the access file (KINLEDGER_ACCESS_FILE) ${what}`);

/**
 * Identifies callers by the bearer accounts of the access file. An account’s name is the person, and its provider the
 * organisation. A changed file applies from the next request on.
 */
export class AccessFileIdentity implements Identity {
  #entries: readonly Entry[];
  /** Fingerprint of the file when it was read; undefined while it is unreadable, so that each request tries again. */
  #readAt: string | undefined;
  #lastFailure: string | undefined;
  readonly #file: string;
  readonly #onUnusable: (reason: string) => void;

  /**
   * @param onUnusable is called once for each reason why the file is unusable, while all callers are refused.
   * @throws Error naming what is wrong with the file, without its content.
   */
  constructor(file: string, onUnusable: (reason: string) => void) {
    this.#file = file;
    this.#onUnusable = onUnusable;
    this.#readAt = fingerprint(file);
    this.#entries = read(file);
  }

  async identify(token: string): Promise<Identified | undefined> {
    const digest = hash('sha256', token, 'buffer');
    const caller = this.#find(digest);
    return caller === undefined ? undefined : { caller, reference: digest.toString('hex') };
  }

  async current(reference: string): Promise<Caller | undefined> {
    return isDigest.test(reference) ? this.#find(Buffer.from(reference, 'hex')) : undefined;
  }

  /**
   * The account whose token has this SHA-256, unless the token has expired. Compares in constant time and looks at
   * every account, so that the time taken says nothing about which one matched.
   */
  #find(digest: Buffer): Caller | undefined {
    this.#refresh();
    let found: Entry | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry;
    return found !== undefined && Date.now() < found.expiresAt ? found.caller : undefined;
  }

  /** An unreadable file refuses all callers, because an account may have been removed from it. */
  #refresh(): void {
    try {
      const now = fingerprint(this.#file);
      if (now === this.#readAt) return;
      this.#entries = read(this.#file);
      this.#readAt = now;
      this.#lastFailure = undefined;
    } catch (error) {
      this.#entries = [];
      this.#readAt = undefined;
      // `fingerprint` and `read` throw nothing else.
      const { message: reason } = error as Error;
      if (reason !== this.#lastFailure) this.#onUnusable(reason);
      this.#lastFailure = reason;
    }
  }
}

/** Accounts are stored by digest, so that reading the file does not suffice to sign in. */
const isDigest = /^[0-9a-f]{64}$/;

/** Includes the time of change, because a change of permissions does not alter the time of modification. */
function fingerprint(file: string): string {
  try {
    const { ino, mtimeMs, ctimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${ctimeMs} ${size}`;
  } catch {
    throw unusable('does not exist, or its folder cannot be read');
  }
}

function read(file: string): readonly Entry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw unusable('cannot be read');
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw unusable('is not JSON');
  }
  const result = accessFile.safeParse(content);
  if (!result.success) {
    const where = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).slice(0, 5);
    throw unusable(`is invalid: ${where.join('; ')}`);
  }
  return result.data.accounts.map(({ name, provider, roles, tokenSha256, expiresAt }) => ({
    digest: Buffer.from(tokenSha256, 'hex'),
    expiresAt: expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
    caller: { person: name, ...(provider === undefined ? {} : { organisation: provider }), roles },
  }));
}
