import { isPlacing, type LedgerEvent, type Placement } from '@kinledger/contracts';

/** A placement with its revision in the ledger. */
export type PlacedAt = Placement & { readonly revision: number };

/** The placements of events, in the order of the ledger. */
export const placementsIn = (events: readonly LedgerEvent[]): PlacedAt[] =>
  events.flatMap((event) =>
    isPlacing(event) ? event.data.placements.map((one) => ({ ...one, revision: event.revision })) : [],
  );
