import type { RowBody } from '@kinledger/contracts';
import type { BinaryRows } from '@kinledger/database';

export type Facts = RowBody['facts'];
/** Facts of the kinds that have their own tables. */
export type RarerFact = Exclude<Facts, { kind: 'registration' | 'engagement' }>;

/** Columns of the tables of these facts, in the order in which `encodeFact` writes them. */
export const factColumns: Readonly<Record<RarerFact['kind'], readonly string[]>> = {
  outcome: ['record', 'instrument', 'measure', 'occasion', 'score'],
  feedback: ['record', 'question', 'rating'],
  input: ['record', 'category', 'item', 'quantity', 'unit'],
};

export const isRarer = (facts: Facts): facts is RarerFact =>
  facts.kind !== 'registration' && facts.kind !== 'engagement';

/** Encodes the columns of a record's fact; the record is given by its number. */
export function encodeFact(out: BinaryRows, record: number, facts: RarerFact): void {
  out.integer(record);
  switch (facts.kind) {
    case 'outcome':
      out.text(facts.instrument).text(facts.measure).text(facts.occasion).double(facts.score);
      return;
    case 'feedback':
      out.text(facts.question).integer(facts.rating);
      return;
    case 'input':
      out.text(facts.category).text(facts.item).double(facts.quantity).text(facts.unit);
      return;
    default:
      facts satisfies never;
  }
}

/** The day of the event or of the registration. */
export const dayOf = (facts: Facts): string | undefined =>
  facts.kind === 'registration' ? facts.registeredOn : facts.eventDate;
