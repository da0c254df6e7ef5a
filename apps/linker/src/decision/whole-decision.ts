import { isHalt } from '@kinledger/decisions';
import { revisionConflict, type EventStore } from '@kinledger/event-store';
import type { Decided, DecisionObserver } from './decision-observer.js';
import type { OpenLedger } from './open-ledger.js';

/** Tells the observer what became of something, and how long it took. */
export async function timed(
  observer: Pick<DecisionObserver, 'decided'>,
  what: Pick<Decided, 'intake' | 'command'>,
  decide: () => Promise<Pick<Decided, 'outcome' | 'rows'> | undefined>,
): Promise<void> {
  const started = performance.now();
  const done = await decide();
  const seconds = (performance.now() - started) / 1000;
  if (done !== undefined) observer.decided({ ...what, ...done, seconds });
}

/**
 * Makes a decision, which must end where what an interrupted run left of it ends, or beyond.
 * @param isWaiting whether what is decided still waits, as the inbox has it now. Rows that go while they are read are
 * those of a submission that another writer has decided meanwhile; what is decided of the rest is not what stands in the
 * ledger.
 * @throws RevisionConflict where it no longer waits.
 */
export async function wholly<Done>(
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
