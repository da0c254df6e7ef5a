import type { RowKey, SubmissionId } from '@kinledger/contracts';
import type { RowKeys } from '../names/row-keys.js';
import type { RowPlan } from '../names/row-plan.js';
import type { CanonicalRow } from './canonical-row.js';

/**
 * Assigns row keys to the rows of one file, in file order: from the provider's own row id; else from a natural key that
 * the schema declares stable, the person, and how often both have occurred in the file so far; else from the submission
 * and the row number, so that no other submission has such a key.
 *
 * It stores the keys of rows with a natural key, 32 characters each, but no value.
 */
export class RowIdentity {
  readonly #keys: RowKeys;
  readonly #plan: RowPlan;
  readonly #submission: SubmissionId;
  readonly #occurrences = new Map<RowKey, number>();

  constructor(keys: RowKeys, plan: RowPlan, submission: SubmissionId) {
    this.#keys = keys;
    this.#plan = plan;
    this.#submission = submission;
  }

  rowKeyOf([rowNumber, values]: CanonicalRow): RowKey {
    const name = this.#plan.nameOf(values);
    if (name === undefined) return this.#keys.ofSubmittedRow(this.#submission, rowNumber);
    if (name.kind === 'row-id') return this.#keys.ofRowId(name.parts);
    const { parts, identity } = name;
    const first = this.#keys.ofNaturalKey(parts, identity, 1);
    const occurrence = (this.#occurrences.get(first) ?? 0) + 1;
    this.#occurrences.set(first, occurrence);
    return occurrence === 1 ? first : this.#keys.ofNaturalKey(parts, identity, occurrence);
  }
}
