import type { FieldKind } from './field-kind.js';

/**
 * Answers whether two values of one table are at most one insertion, deletion or change of a character apart. For values in
 * the clear it compares characters; for tokens it intersects sets of deletions.
 */
export interface OneEdit {
  /**
   * Of email addresses: one edit before the @, at the same domain.
   * @param first, second values, from 1, that differ.
   */
  within(first: number, second: number): boolean;
  /** One edit between the local parts of two email addresses, at any domain. */
  localWithin(first: number, second: number): boolean;
}

/**
 * The distinct values of one or more fields, numbered from 1. Integers of one rung are equal exactly where the derived
 * values are. Given name and surname share one table, so that a swap can be seen; there rungs `whole` and `part` share one
 * numbering.
 */
export interface ValueTable {
  /** `width` integers a value, in the places that `rungsOf` gives to its rungs; those of value 0 are 0. */
  readonly rungs: Int32Array;
  readonly width: number;
  readonly oneEdit: OneEdit;
  /** Whether no two values have the same rung `whole`, so that it need not be looked up. */
  readonly distinctWholes?: boolean;
}

export interface ComparedField {
  /** A name that no other field of the comparison has; it appears in models and explanations. */
  readonly name: string;
  readonly kind: FieldKind;
  /** Where in a record the value of the field stands. */
  readonly slot: number;
  /** Where a record has the {@link signatureOf} its value; absent if records have none. */
  readonly signatureSlot?: number;
  readonly values: ValueTable;
  /** By value: 1 (very rare) to 5 (very common) in this field. Absent where the kind has no rarities. */
  readonly rarity?: Uint8Array;
}
