import type { DeclaredOrder } from '@kinledger/intake-files';
import type { Dataset } from '@kinledger/programme';
import { Problem } from '@kinledger/service-kit';

/** Names of date fields, separated by commas, as a request gives them. */
export interface AskedOrders {
  readonly dayFirst?: string | undefined;
  readonly monthFirst?: string | undefined;
}

/**
 * The order of day and month that a sender declares for columns of a file, by field.
 * @throws Problem 422 for a name that is no date field of the dataset, or that is declared twice.
 */
export function declaredOrders(dataset: Dataset, asked: AskedOrders): ReadonlyMap<string, DeclaredOrder> {
  const dates = dataset.schema.fields.filter(({ type }) => type === 'date').map(({ name }) => name);
  const declared = new Map<string, DeclaredOrder>();
  const orders = [
    ['day-first', asked.dayFirst],
    ['month-first', asked.monthFirst],
  ] as const;
  for (const [order, names] of orders) {
    for (const name of (names ?? '').split(',').map((text) => text.trim())) {
      if (name === '') continue;
      if (!dates.includes(name) || declared.has(name)) throw notADate(dates);
      declared.set(name, order);
    }
  }
  return declared;
}

const notADate = (dates: readonly string[]) =>
  new Problem(422, 'date-field-unknown', {
    detail: `dayFirst and monthFirst take names of date fields, each once, separated by commas. This dataset has ${dates.length === 0 ? 'none' : dates.join(', ')}.`,
  });

/** Declared orders as a text, by which the same bytes that are read otherwise are another file. */
export const textOfOrders = (declared: ReadonlyMap<string, DeclaredOrder>): string =>
  [...declared].map(([field, order]) => `${field}=${order}`).toSorted().join(','); // prettier-ignore
