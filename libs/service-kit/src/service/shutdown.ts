import { Injectable } from '@nestjs/common';

/** Share of the grace period after which work in progress is given up. The rest is for answering and closing. */
const HURRY_AFTER = 0.6;

/** Tells the parts of a stopping service when to give up work that takes too long. */
@Injectable()
export class Shutdown {
  readonly #hurry = new AbortController();

  /** Aborts when so little of the grace period is left that work in progress must be abandoned or refused. */
  get hurry(): AbortSignal {
    return this.#hurry.signal;
  }

  /** The service has begun to stop, and must have ended after this time. */
  begin(graceMs: number): void {
    setTimeout(() => this.#hurry.abort(), graceMs * HURRY_AFTER).unref();
  }
}
