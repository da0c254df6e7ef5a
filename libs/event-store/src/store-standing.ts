/**
 * Reported by a store: once when it becomes unreachable, again when the reason changes, and once when it answers again.
 */
export type StoreStanding =
  { readonly state: 'away'; readonly why: string } | { readonly state: 'back'; readonly afterMs: number };

/** The store is unreachable. The message is one sentence that says why and what to do; there is no stack. */
export interface StoreUnreachable extends Error {
  readonly code: 'event-store-unreachable';
  /** Whether the fault may end without intervention, as an outage may; a wrong password needs a person. */
  readonly isTransient: boolean;
}

export const isStoreUnreachable = (error: unknown): error is StoreUnreachable =>
  error instanceof Error && 'code' in error && error.code === 'event-store-unreachable';

export function storeUnreachable(sentence: string, isTransient: boolean): StoreUnreachable {
  const error = Object.assign(new Error(sentence), { code: 'event-store-unreachable' as const, isTransient });
  // The call stack is no help: the cause lies outside the process.
  error.stack = `Error: ${sentence}`;
  return error;
}
