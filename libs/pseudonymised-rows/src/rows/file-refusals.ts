import type { RowKey } from '@kinledger/contracts';
import type { RowKeys } from '../names/row-keys.js';
import type { RowPlan } from '../names/row-plan.js';
import type { CanonicalRow } from './canonical-row.js';

interface Refusal {
  /** Number of the last row that refuses. */
  row: number;
  /** False if a later row of the file consents. */
  holds: boolean;
}

/**
 * Determines which rows of a file refuse consent, and which of its other rows are overtaken by a refusal: among rows
 * with the same row id, the last one decides. Every row of the file must be noted, in file order, before the first
 * query.
 */
export class FileRefusals {
  readonly #keys: RowKeys;
  readonly #plan: RowPlan;
  readonly #byKey = new Map<RowKey, Refusal>();

  constructor(keys: RowKeys, plan: RowPlan) {
    this.#keys = keys;
    this.#plan = plan;
  }

  note([row, values]: CanonicalRow): void {
    const refuses = this.#plan.refusesConsent(values);
    const key = refuses || this.#byKey.size > 0 ? this.#keyOf(values) : undefined;
    if (key === undefined) return;
    const known = this.#byKey.get(key);
    if (refuses) this.#byKey.set(key, { row, holds: true });
    else if (known !== undefined) known.holds = false;
  }

  /** Keys of rows whose refusal holds, in the order of their first refusal. */
  get keys(): readonly RowKey[] {
    return [...this.#byKey].filter(([, { holds }]) => holds).map(([key]) => key);
  }

  /** Whether a row must not be published: it refuses consent itself, or a later row of the file does so for its id. */
  overtakes([row, values]: CanonicalRow): boolean {
    if (this.#byKey.size === 0) return false;
    if (this.#plan.refusesConsent(values)) return true;
    const key = this.#keyOf(values);
    return key !== undefined && row < (this.#byKey.get(key)?.row ?? 0);
  }

  #keyOf(values: CanonicalRow[1]): RowKey | undefined {
    const name = this.#plan.nameOf(values);
    return name?.kind === 'row-id' ? this.#keys.ofRowId(name.parts) : undefined;
  }
}
