import { storeUnreachable, type StoreStanding } from '../store-standing.js';
import {
  credentialsRefused,
  findConnectionFault,
  isTransientFault,
  serverUnanswering,
  type ConnectionFault,
} from './connection-fault.js';
import type { ServerAddress } from './connection-string.js';
import { isAccessDenied, isTransient } from './kurrent-errors.js';

/** Kinds of calls, each with its own connection. */
export type CallKind = 'read' | 'append';

interface Outage {
  readonly since: number;
  /** Kinds of calls that have failed and not succeeded since. */
  readonly failing: Set<CallKind>;
  fault: ConnectionFault | undefined;
  finding: Promise<void> | undefined;
  lookedAt: number;
}

/** The reason may change: a server that was down may return with the wrong certificate. */
const LOOK_AGAIN_MS = 5_000;
/** How long a failed call waits for the reason before it fails, so that its caller can retry. */
const LONGEST_WAIT_MS = 1_000;

/** Detects whether the server answers, finds out why it does not, and reports both once. */
export class OutageWatch {
  #outage: Outage | undefined;
  readonly #address: ServerAddress;
  readonly #tell: (standing: StoreStanding) => void;

  constructor(address: ServerAddress, tell: (standing: StoreStanding) => void) {
    this.#address = address;
    this.#tell = tell;
  }

  /** Runs a call and derives from its result whether the server answers. */
  async watched<T>(kind: CallKind, call: Promise<T>): Promise<T> {
    try {
      const result = await call;
      this.#answered(kind);
      return result;
    } catch (error) {
      if (indicatesOutage(error)) this.#failed(kind, error);
      else this.#answered(kind);
      throw error;
    }
  }

  /** The error to pass to the caller: one sentence if the server is unreachable, else unchanged. */
  async told(error: unknown): Promise<unknown> {
    if (!indicatesOutage(error)) return error;
    const finding = this.#outage?.finding;
    if (finding !== undefined) await orAfter(LONGEST_WAIT_MS, finding);
    const fault = isAccessDenied(error)
      ? credentialsRefused(this.#address)
      : (this.#outage?.fault ?? serverUnanswering(this.#address));
    return storeUnreachable(fault.sentence, isTransientFault(fault));
  }

  #answered(kind: CallKind): void {
    const outage = this.#outage;
    if (outage === undefined) return;
    outage.failing.delete(kind);
    if (outage.failing.size > 0) return;
    this.#outage = undefined;
    // An outage that ended before its reason was found was never reported.
    if (outage.fault !== undefined)
      this.#tell({ state: 'back', afterMs: Math.round(performance.now() - outage.since) });
  }

  #failed(kind: CallKind, error: unknown): void {
    const outage = (this.#outage ??= {
      since: performance.now(),
      failing: new Set(),
      fault: undefined,
      finding: undefined,
      lookedAt: Number.NEGATIVE_INFINITY,
    });
    outage.failing.add(kind);
    if (isAccessDenied(error)) {
      this.#found(outage, credentialsRefused(this.#address));
      return;
    }
    if (outage.finding !== undefined || performance.now() - outage.lookedAt < LOOK_AGAIN_MS) return;
    outage.lookedAt = performance.now();
    outage.finding = findConnectionFault(this.#address)
      .then((fault) => this.#found(outage, fault))
      .finally(() => (outage.finding = undefined));
  }

  #found(outage: Outage, fault: ConnectionFault): void {
    if (this.#outage !== outage || outage.fault?.sentence === fault.sentence) return;
    outage.fault = fault;
    this.#tell({ state: 'away', why: fault.sentence });
  }
}

const indicatesOutage = (error: unknown): boolean => isTransient(error) || isAccessDenied(error);

const orAfter = (ms: number, work: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
