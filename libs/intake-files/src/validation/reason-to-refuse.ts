import { rejectionMinimumOf, type Dataset } from '@kinledger/programme/definition';
import type { ColumnRead } from './column-reading.js';
import type { DateColumn } from './date-order.js';
import type { FileCounts } from './file-counts.js';

/** Why a file that was read to its end is refused as a whole. */
export type ReasonToRefuse =
  | 'day-first-dates'
  | 'month-first-dates'
  | 'column-changes'
  | 'date-order-unknown'
  | 'wrong-period'
  | 'too-many-rejected-rows'
  | 'no-usable-row';

/** If at least this share of rows has a date of another time, the file does not belong to the period. */
const WRONG_PERIOD_SHARE = 0.75;

/** Why a file is refused as a whole, after all its rows were validated; null if it is not. */
export function reasonToRefuse(
  counts: FileCounts,
  dates: readonly DateColumn[],
  columns: readonly ColumnRead[],
  dataset: Pick<Dataset, 'rejectionThreshold' | 'rejectionMinimum'>,
): ReasonToRefuse | null {
  // Checked first, because the dates that seem valid are wrong too.
  const contradicted = dates.find(({ state }) => state === 'contradicted');
  if (contradicted !== undefined)
    return contradicted.readAs === 'month-first' ? 'day-first-dates' : 'month-first-dates';
  if (columns.some(isReadOtherwise)) return 'column-changes';
  if (dates.some(({ state }) => state === 'unknown')) return 'date-order-unknown';
  if (counts.setAsideShare >= WRONG_PERIOD_SHARE) return 'wrong-period';
  const areMany = counts.rejectedRows >= rejectionMinimumOf(dataset);
  if (areMany && counts.rejectedShare > dataset.rejectionThreshold) return 'too-many-rejected-rows';
  const { accepted, consentRefused } = counts.counts;
  return accepted + consentRefused === 0 ? 'no-usable-row' : null;
}

/** Whether rows of a long file show that a column should have been read in another way, after the first ones were read. */
const isReadOtherwise = ({ written, known }: ColumnRead): boolean =>
  known === 'shown-late' ||
  (known === 'contradicted' && (written === 'day-numbers' || written === 'zeros-lost'));
