import type { BackOffSettings } from '@kinledger/waiting';

/** How a bus's subscriptions keep themselves alive, look and repeat. Milliseconds. */
export interface SessionSettings {
  /** A member that was silent for so long has lost its partitions. */
  readonly ttlMs: number;
  readonly heartbeatMs: number;
  /** How often a member looks for messages that no notification told of. */
  readonly pollMs: number;
  /** The pause after the first failure; it doubles with each further one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How long a member that stops lets the batches in hand go on before their signals abort. */
  readonly graceMs: number;
}

export const defaultSession: SessionSettings = {
  ttlMs: 15_000,
  heartbeatMs: 3_000,
  pollMs: 1_000,
  firstPauseMs: 100,
  longestPauseMs: 30_000,
  // Within the grace period of a service (20 s), with time left to give everything back.
  graceMs: 12_000,
};

/** The pauses of a subscription after failures. */
export const pausesOf = ({ firstPauseMs, longestPauseMs }: SessionSettings): BackOffSettings => ({
  firstMs: firstPauseMs,
  longestMs: longestPauseMs,
});
