import { storeUnreachable, type StoreStanding } from '../store-standing.js';
import {
  credentialsRefused,
  findConnectionFault,
  mayPass,
  serverUnanswering,
  type ConnectionFault,
} from './connection-fault.js';
import type { ServerAddress } from './connection-string.js';
import { isAccessDenied, isPassing } from './kurrent-errors.js';

/** What goes to the server on a connection of its own. */
export type CallKind = 'read' | 'append';

interface Outage {
  readonly since: number;
  /** Calls of these kinds have failed and not succeeded since. */
  readonly failing: Set<CallKind>;
  fault: ConnectionFault | undefined;
  finding: Promise<void> | undefined;
  lookedAt: number;
}

/** A reason may become another one: a server that was away comes back with the wrong certificate. */
const LOOK_AGAIN_MS = 5_000;
/** Who waits for a reason is not kept from trying again. */
const LONGEST_WAIT_MS = 1_000;

/** Follows whether the server answers, finds out why it does not, and tells of both once. */
export class OutageWatch {
  #outage: Outage | undefined;
  readonly #address: ServerAddress;
  readonly #tell: (standing: StoreStanding) => void;

  constructor(address: ServerAddress, tell: (standing: StoreStanding) => void) {
    this.#address = address;
    this.#tell = tell;
  }

  /** Runs a call and takes note of what it says of the server. */
  async watched<T>(kind: CallKind, call: Promise<T>): Promise<T> {
    try {
      const result = await call;
      this.#answered(kind);
      return result;
    } catch (error) {
      if (saysUnreachable(error)) this.#failed(kind, error);
      else this.#answered(kind);
      throw error;
    }
  }

  /** The error as the port has it: one sentence where the server is out of reach, else as it is. */
  async told(error: unknown): Promise<unknown> {
    if (!saysUnreachable(error)) return error;
    const finding = this.#outage?.finding;
    if (finding !== undefined) await orAfter(LONGEST_WAIT_MS, finding);
    const fault = isAccessDenied(error)
      ? credentialsRefused(this.#address)
      : (this.#outage?.fault ?? serverUnanswering(this.#address));
    return storeUnreachable(fault.sentence, mayPass(fault));
  }

  #answered(kind: CallKind): void {
    const outage = this.#outage;
    if (outage === undefined) return;
    outage.failing.delete(kind);
    if (outage.failing.size > 0) return;
    this.#outage = undefined;
    // Nobody was told of one that was over before its reason was found.
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

const saysUnreachable = (error: unknown): boolean => isPassing(error) || isAccessDenied(error);

const orAfter = (ms: number, work: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
