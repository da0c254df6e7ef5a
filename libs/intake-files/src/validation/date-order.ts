import type { DatasetField } from '@kinledger/programme/definition';
import type { DateOrders, FieldCheck } from './field-check.js';
import type { RuleOfField } from './finding.js';

/** A date column in which some dates have the month first. */
export interface MonthFirstColumn {
  readonly field: DatasetField;
  /** Whether the whole column counts as month first, so that ambiguous dates would be misread. */
  readonly isWhole: boolean;
  /** Number of ambiguous dates, which were read with the day first. */
  readonly doubtful: number;
  readonly mixed: RuleOfField | undefined;
}

/** So few month-first dates may be typing errors. */
const FEW = 3;
/** Above this share of unambiguous dates, month first is how the column, or part of it, is written. */
const MOST_SLIPS = 0.1;

/**
 * Columns with dates such as 12/19/2023. A single ambiguous date does not show its order, but a column does: numbers
 * above twelve are in one of two places. Needs only three counts per column.
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
