import type { Measurement, RowBody } from '@kinledger/contracts';
import type { BinaryRows } from '@kinledger/database';

export type Facts = RowBody['facts'];

/** A row of one of the tables of facts: an outcome has one for each measurement, by its place in the record. */
export type FactRow =
  | ({ readonly kind: 'outcome'; readonly place: number } & Measurement)
  | Extract<Facts, { kind: 'feedback' | 'input' }>;

/** Columns of the tables of facts, in the order in which `encodeFact` writes them. */
export const factColumns: Readonly<Record<FactRow['kind'], readonly string[]>> = {
  outcome: ['record', 'place', 'instrument', 'measure', 'occasion', 'score'],
  feedback: ['record', 'question', 'rating'],
  input: ['record', 'category', 'item', 'quantity', 'unit'],
};

const NO_ROWS: readonly FactRow[] = [];

/** The rows of a record's facts; none for the kinds that the record itself holds. */
export function factRowsOf(facts: Facts): readonly FactRow[] {
  switch (facts.kind) {
    case 'registration':
    case 'engagement':
      return NO_ROWS;
    case 'outcome':
      return facts.measurements.map((measurement, place) => ({ kind: 'outcome', place, ...measurement }));
    case 'feedback':
    case 'input':
      return [facts];
  }
}

/** Encodes the columns of a fact's row; its record is given by its number. */
export function encodeFact(out: BinaryRows, record: number, fact: FactRow): void {
  out.integer(record);
  switch (fact.kind) {
    case 'outcome':
      out
        .smallint(fact.place)
        .text(fact.instrument)
        .text(fact.measure)
        .text(fact.occasion)
        .double(fact.score);
      return;
    case 'feedback':
      out.text(fact.question).integer(fact.rating);
      return;
    case 'input':
      out.text(fact.category).text(fact.item).double(fact.quantity).text(fact.unit);
      return;
    default:
      fact satisfies never;
  }
}

/** The day of the event or of the registration. */
export const dayOf = (facts: Facts): string | undefined =>
  facts.kind === 'registration' ? facts.registeredOn : facts.eventDate;
