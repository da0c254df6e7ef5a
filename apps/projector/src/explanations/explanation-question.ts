import type { EventStorePlace } from '@kinledger/event-store';

/** Which individual, or which two records, as the ledger stood at which position. */
export interface ExplanationQuestion {
  /** A record or an individual. */
  readonly subject: string;
  /** Another record: the question is then whether the two are together, and why. */
  readonly other: string | null;
  readonly asAt: number;
}

/** What a worker thread is given: it opens the ledger itself. */
export interface ExplanationWorkerData extends ExplanationQuestion {
  readonly place: Omit<EventStorePlace, 'onStanding'>;
  readonly stream: string;
}

/** What a worker thread says. */
export type ExplanationWorkerMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'explained' } & Explained)
  | { readonly kind: 'not-in-ledger'; readonly message: string };

/** An explanation as JSON, which is made in the thread, and whom it is about: of two records both, where they have one. */
export interface Explained {
  readonly individuals: readonly (string | undefined)[];
  readonly json: string;
}
