import { isForeignEvent, isUnreadableContract } from '@kinledger/contracts';
import { checkedLedgerEventOf } from '@kinledger/domain';
import { isStreamGap, type EventStore, type StoredEvent, type StreamFinding } from '@kinledger/event-store';

export interface CheckedLedger {
  readonly stream: string;
  /** Number of events read that Kinledger wrote. */
  readonly events: number;
  /** Settings, gaps and foreign events; of many foreign events only the first. */
  readonly findings: readonly StreamFinding[];
}

const PAGE = 1_000;
const MAX_STRANGERS = 20;

/** Reads a whole ledger, checking every event, and checks the settings of its stream. Empty if there is no ledger. */
export async function checkLedger(
  store: EventStore,
  stream: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<CheckedLedger> {
  const findings: StreamFinding[] = [...(await store.findings(stream))];
  const head = await store.head(stream).catch((error: unknown) => {
    if (!isStreamGap(error)) throw error;
    findings.push(fault(error.message));
    return -1;
  });
  let events = 0;
  let strangers = 0;
  const stranger = (sentence: string) => {
    strangers += 1;
    if (strangers <= MAX_STRANGERS) findings.push(fault(sentence));
  };
  for (let next = 0; next <= head;) {
    const { page, after, sentence } = await readOn(store, stream, next, Math.min(PAGE, head - next + 1));
    for (const stored of page) {
      const strange = strangenessOf(stored, stream);
      if (strange === undefined) events += 1;
      else stranger(strange);
    }
    if (sentence !== undefined) stranger(sentence);
    if (after === undefined) break;
    next = after;
    onProgress(next, head + 1);
  }
  if (strangers > MAX_STRANGERS) findings.push(fault(`${strangers - MAX_STRANGERS} more events like these`));
  return { stream, events, findings };
}

/**
 * Reads a page. @returns its events, the revision at which to continue (undefined at the end), and a finding between
 * the two.
 */
async function readOn(store: EventStore, stream: string, from: number, limit: number) {
  try {
    const page = await store.readPage(stream, from, limit);
    return { page, after: page.length === 0 ? undefined : from + page.length, sentence: undefined };
  } catch (error) {
    if (isStreamGap(error)) return { page: [], after: undefined, sentence: error.message };
    if (!isForeignEvent(error)) throw error;
    // The store reports the event without the page before it, so read up to it.
    const before = error.revision - from;
    const page = before > 0 ? await store.readPage(stream, from, before) : [];
    if (page.length < before) return { page, after: from + page.length, sentence: undefined };
    return { page, after: error.revision + 1, sentence: error.message };
  }
}

/** Why an event is foreign; undefined for one that Kinledger wrote. */
export function strangenessOf(stored: StoredEvent, stream: string): string | undefined {
  try {
    checkedLedgerEventOf(stored, stream);
    return undefined;
  } catch (error) {
    if (isForeignEvent(error)) return error.message;
    if (isUnreadableContract(error)) return `revision ${stored.revision} of ${stream}: ${error.message}`;
    throw error;
  }
}

const fault = (sentence: string): StreamFinding => ({ weight: 'fault', sentence });
