import type { Caller } from '../caller.js';
import type { Identified, Identity } from '../identity.js';

/** An identity with callers that a test defines, by token. */
export class KnownCallers implements Identity {
  readonly #tokens: Map<string, Caller>;

  constructor(callers: Iterable<readonly [token: string, caller: Caller]>) {
    this.#tokens = new Map(callers);
  }

  /** Invalidates a token. */
  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  change(token: string, caller: Caller): void {
    this.#tokens.set(token, caller);
  }

  async identify(token: string): Promise<Identified | undefined> {
    const caller = this.#tokens.get(token);
    return caller === undefined ? undefined : { caller, reference: `reference of ${btoa(token)}` };
  }

  async current(reference: string): Promise<Caller | undefined> {
    for (const [token, caller] of this.#tokens)
      if (reference === `reference of ${btoa(token)}`) return caller;
    return undefined;
  }
}
