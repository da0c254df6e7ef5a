import type { BackOffSettings } from '@kinledger/waiting';

/** Times of a bus's subscriptions: heartbeats, polls and retries. Milliseconds. */
export interface SessionSettings {
  /** A member that was silent for this long has lost its partitions. */
  readonly ttlMs: number;
  readonly heartbeatMs: number;
  /** How often a member polls for messages of which no notification arrived. */
  readonly pollMs: number;
  /** The pause after the first failure; it doubles with each further one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How long a stopping member lets batches in progress continue before it aborts their signals. */
  readonly graceMs: number;
}

export const defaultSession: SessionSettings = {
  ttlMs: 15_000,
  heartbeatMs: 3_000,
  pollMs: 1_000,
  firstPauseMs: 100,
  longestPauseMs: 30_000,
  // Within the grace period of a service (20 s), with time left to release everything.
  graceMs: 12_000,
};

/** The pauses of a subscription after failures. */
export const pausesOf = ({ firstPauseMs, longestPauseMs }: SessionSettings): BackOffSettings => ({
  firstMs: firstPauseMs,
  longestMs: longestPauseMs,
});
