import type { RowKey } from '@kinledger/contracts';
import type { DatasetSchema } from '@kinledger/programme';
import type { RowKeys } from '@kinledger/pseudonymisation';

type Values = readonly (string | null)[];

/**
 * Gives the rows of one file, taken in file order, their row keys: from the provider's own row id, or from the natural
 * key and how often it has occurred in the file so far. A row whose id is incomplete is treated as one without.
 *
 * It remembers the keys of rows without an id, 32 characters each, and no value.
 */
export class RowIdentity {
  readonly #keys: RowKeys;
  readonly #rowId: readonly number[];
  readonly #naturalKey: readonly number[];
  readonly #occurrences = new Map<RowKey, number>();

  constructor(keys: RowKeys, schema: DatasetSchema) {
    const columnOf = (name: string) => schema.fields.findIndex((field) => field.name === name);
    this.#keys = keys;
    this.#rowId = (schema.primaryKey ?? []).map(columnOf);
    const naturalKey = schema['x-kinledger'].naturalKey.map(columnOf);
    this.#naturalKey = naturalKey.length > 0 ? naturalKey : this.#rowId;
  }

  rowKeyOf(values: Values): RowKey {
    const rowId = this.#rowId.map((column) => values[column] ?? null);
    if (rowId.length > 0 && isComplete(rowId)) return this.#keys.ofRowId(rowId);
    const naturalKey = this.#naturalKey.map((column) => values[column] ?? '');
    const first = this.#keys.ofNaturalKey(naturalKey, 1);
    const occurrence = (this.#occurrences.get(first) ?? 0) + 1;
    this.#occurrences.set(first, occurrence);
    return occurrence === 1 ? first : this.#keys.ofNaturalKey(naturalKey, occurrence);
  }
}

const isComplete = (rowId: readonly (string | null)[]): rowId is readonly string[] => !rowId.includes(null);
