/** Told by a store: once when it is out of reach, again where the reason changes, and once when it answers again. */
export type StoreStanding =
  { readonly state: 'away'; readonly why: string } | { readonly state: 'back'; readonly afterMs: number };

/** The store cannot be reached. Its message is one sentence that says why and what to do; it has no stack. */
export interface StoreUnreachable extends Error {
  readonly code: 'event-store-unreachable';
  /** Whether it may end by itself, as the absence of a server does: a wrong password waits for a person. */
  readonly mayPass: boolean;
}

export const isStoreUnreachable = (error: unknown): error is StoreUnreachable =>
  error instanceof Error && 'code' in error && error.code === 'event-store-unreachable';

export function storeUnreachable(sentence: string, mayPass: boolean): StoreUnreachable {
  const error = Object.assign(new Error(sentence), { code: 'event-store-unreachable' as const, mayPass });
  // Where the call came from helps nobody: the reason lies outside the process.
  error.stack = `Error: ${sentence}`;
  return error;
}
