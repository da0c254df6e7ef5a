import type { DatasetField } from '@kinledger/programme/definition';
import type { DateOrders, FieldCheck } from './field-check.js';
import type { RuleOfField } from './finding.js';

/** A column of dates in which some have the month first. */
export interface MonthFirstColumn {
  readonly field: DatasetField;
  /** True where the column as a whole is to be taken for month first: dates that fit both readings are read wrongly. */
  readonly isWhole: boolean;
  /** Dates that were read with the day first and could be read either way. */
  readonly doubtful: number;
  readonly mixed: RuleOfField | undefined;
}

/** So few may be slips of one hand. */
const FEW = 3;
/** Above this share of the dates that show an order, month first is how the column is written, or a part of it. */
const MOST_SLIPS = 0.1;

/**
 * Columns with dates such as 12/19/2023. One date does not tell how the others are meant, but the column does: numbers
 * above twelve stand in one of two places. Three counts a column are all that is kept for it.
 */
export const monthFirstColumns = (checks: readonly FieldCheck[]): readonly MonthFirstColumn[] =>
  checks.flatMap(({ field, rules, dateOrders }) => {
    if (dateOrders === undefined || dateOrders['month-first'] === 0) return [];
    const mixed = rules.find(({ kind }) => kind === 'mixed-date-order');
    return [{ field, isWhole: isMonthFirst(dateOrders), doubtful: dateOrders.either, mixed }];
  });

function isMonthFirst(orders: DateOrders): boolean {
  const monthFirst = orders['month-first'];
  const dayFirst = orders['day-first'];
  if (dayFirst === 0) return orders.either > 0 || monthFirst >= FEW;
  return monthFirst >= FEW && monthFirst / (monthFirst + dayFirst) > MOST_SLIPS;
}
