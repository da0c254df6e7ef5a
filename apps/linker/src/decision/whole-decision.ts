import { isHalt } from '@kinledger/decisions';
import { revisionConflict, type EventStore } from '@kinledger/event-store';
import type { Decided, DecisionObserver } from './decision-observer.js';
import type { OpenLedger } from './open-ledger.js';

/** Reports the outcome of a decision, and how long it took. */
export async function timed(
  observer: Pick<DecisionObserver, 'decided'>,
  what: Pick<Decided, 'intake' | 'command' | 'submission' | 'acceptedAt'>,
  decide: () => Promise<Pick<Decided, 'outcome' | 'rows'> | undefined>,
): Promise<void> {
  const started = performance.now();
  const done = await decide();
  const seconds = (performance.now() - started) / 1000;
  if (done !== undefined) observer.decided({ ...what, ...done, seconds });
}

/**
 * Makes a decision, which must not end before the events that an interrupted run already wrote of it.
 * @param isWaiting whether the inbox still has the file or command as waiting. If rows disappear while they are read,
 * another writer has decided the submission meanwhile, and a decision on the remaining rows differs from the ledger.
 * @throws RevisionConflict if it is no longer waiting.
 */
export async function decideWhole<Done>(
  open: OpenLedger,
  store: Pick<EventStore, 'head'>,
  isWaiting: () => Promise<boolean>,
  decide: () => Promise<Done>,
): Promise<Done> {
  const { head } = open;
  try {
    const done = await decide();
    open.requireWhole();
    return done;
  } catch (error) {
    const mayBeAnothers =
      isHalt(error) && (error.code === 'staged-rows-differ' || error.code === 'ledger-differs');
    if (!mayBeAnothers || (await isWaiting())) throw error;
    throw revisionConflict(open.stream, head, await store.head(open.stream));
  }
}
