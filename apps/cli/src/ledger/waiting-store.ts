import { setTimeout as pause } from 'node:timers/promises';
import { isStoreUnreachable, type EventStore } from '@kinledger/event-store';
import { say } from '../output/progress.js';
import { openLedger, type LedgerPlaces, type StoreKind } from './ledger-places.js';
import { LedgerWait } from './ledger-wait.js';

const PAUSE_MS = 1_000;

/**
 * Wraps a store for a copy, so that calls wait while it is unavailable. Faults that a person has to fix, such as a
 * refused password, fail at once.
 */
export function waitingStore(store: EventStore, wait: LedgerWait, signal: AbortSignal): EventStore {
  // Kept per store: an answer of one store does not end the wait for the other.
  let waits = false;
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const result = await work();
        if (waits) wait.told(undefined);
        waits = false;
        return result;
      } catch (error) {
        if (!isStoreUnreachable(error) || !error.isTransient || signal.aborted) throw error;
        waits = true;
        wait.told(error.message);
        await pause(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  };
  return {
    head: (stream) => patiently(() => store.head(stream)),
    readPage: (stream, from, limit) => patiently(() => store.readPage(stream, from, limit)),
    // Appends are idempotent, so they may be retried.
    append: (stream, events, options) => patiently(() => store.append(stream, events, options)),
    readSegments: (stream, from, to) => store.readSegments(stream, from, to),
    countBodies: (stream, to) => store.countBodies(stream, to),
    readPayload: (digest) => store.readPayload(digest),
    readNameTable: (stream, id) => store.readNameTable(stream, id),
    keyVersionOfNameTable: (stream, id) => store.keyVersionOfNameTable(stream, id),
    findings: (stream) => patiently(() => store.findings(stream)),
    subscribe: (stream, options) => store.subscribe(stream, options),
    close: () => store.close(),
  };
}

/** A ledger of this installation, for a command that only reads it: says on standard error where it waits. */
export const openWaitingLedger = (
  kind: StoreKind,
  places: LedgerPlaces,
  quiet: boolean | undefined,
  signal: AbortSignal = new AbortController().signal,
): EventStore => waitingStore(openLedger(kind, places), new LedgerWait((text) => say(quiet, text)), signal);
