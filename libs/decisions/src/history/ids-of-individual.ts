import { isLinked, type IndividualId, type LedgerEvent } from '@kinledger/contracts';
import { ledgerEventOf } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';

const PAGE = 1_000;

/**
 * An individual and all that were merged into it up to a position; decisions about any of them belong to its history.
 * @param to the last position considered.
 */
export async function idsOfIndividual(
  store: EventStore,
  stream: string,
  individual: IndividualId,
  to: number,
  signal: AbortSignal,
): Promise<ReadonlySet<IndividualId>> {
  const absorbed = new Map<IndividualId, IndividualId[]>();
  const pages = readAhead({
    ...{ from: 0, to, signal },
    read: (from) => store.readPage(stream, from, Math.min(PAGE, to - from + 1)),
    lengthOf: (page) => page.length,
  });
  for await (const page of pages)
    for (const stored of page) {
      if (stored.type !== 'IndividualsMerged') continue;
      const event = ledgerEventOf(stored, stream);
      if (event.type !== 'IndividualsMerged') continue;
      const { individual: kept, absorbed: gone } = event.data;
      absorbed.set(kept, [...(absorbed.get(kept) ?? []), gone]);
    }
  const ids = new Set([individual]);
  // The set grows during the iteration.
  for (const id of ids) for (const gone of absorbed.get(id) ?? []) ids.add(gone);
  return ids;
}

/** Whether an event determines which records belong to one of these individuals. */
export function movesRecordsOf(ids: ReadonlySet<IndividualId>, event: LedgerEvent): boolean {
  switch (event.type) {
    case 'RecordsPlaced':
      return event.data.placements.some((placement) => isLinked(placement) && ids.has(placement.individual));
    case 'IndividualSplit':
      return ids.has(event.data.individual) || ids.has(event.data.into);
    case 'IndividualsMerged':
      return ids.has(event.data.individual) || ids.has(event.data.absorbed);
    default:
      return false;
  }
}
