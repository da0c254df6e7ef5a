import type { PseudonymisedRow, RecordId } from '@kinledger/contracts';
import type { CopyValue } from '@kinledger/database';

type Facts = PseudonymisedRow['facts'];
export type FactTable = Exclude<Facts['kind'], 'registration'>;

/** Columns of each fact’s table, in the order of the values of `factOf`. */
export const factColumns: Readonly<Record<FactTable, readonly string[]>> = {
  engagement: ['record_id', 'event_date', 'session_kind', 'attended', 'minutes', 'qualifying'],
  outcome: ['record_id', 'event_date', 'instrument', 'measure', 'occasion', 'score'],
  feedback: ['record_id', 'event_date', 'question', 'rating'],
  input: ['record_id', 'event_date', 'category', 'item', 'quantity', 'unit'],
};

/**
 * The row that a record makes in the table of its fact; none of a registration.
 * @param sessionKinds the kinds that count in the record’s dataset.
 */
export function factOf(
  record: RecordId,
  facts: Facts,
  sessionKinds: ReadonlySet<string>,
): { readonly table: FactTable; readonly values: CopyValue[] } | undefined {
  switch (facts.kind) {
    case 'registration':
      return undefined;
    case 'engagement': {
      const { kind, eventDate, sessionKind, attended, minutes = null } = facts;
      const qualifying = attended && sessionKinds.has(sessionKind);
      return { table: kind, values: [record, eventDate, sessionKind, attended, minutes, qualifying] };
    }
    case 'outcome': {
      const { kind, eventDate, instrument, measure, occasion, score } = facts;
      return { table: kind, values: [record, eventDate, instrument, measure, occasion, score] };
    }
    case 'feedback':
      return { table: facts.kind, values: [record, facts.eventDate, facts.question, facts.rating] };
    case 'input': {
      const { kind, eventDate, category, item, quantity, unit } = facts;
      return { table: kind, values: [record, eventDate, category, item, quantity, unit] };
    }
    default:
      return facts satisfies never;
  }
}
