import { isNoValue } from '@kinledger/domain/identifiers';
import { valueKindOf, type DatasetSchema } from '@kinledger/programme/definition';
import type { HeaderMapping } from '../mapping/header-mapping.js';

/** The order of day and month that a provider says a column has. */
export type DeclaredOrder = 'day-first' | 'month-first';

/** How the cells of one column are written, which no single cell shows. */
export interface ColumnReading {
  /** Undefined if nobody said it: then the day comes first, unless the column shows otherwise. */
  readonly order?: DeclaredOrder | undefined;
  /** Whether a number of five digits is a day, as a spreadsheet counts days since 1900. */
  readonly dayNumbers?: boolean;
  /** Whether a spreadsheet took the first 0 of telephone numbers away. */
  readonly zerosLost?: boolean;
}

/** One for each field of the schema. */
export type ColumnReadings = readonly ColumnReading[];

/** A column is judged by so many of its first rows. */
const SAMPLE_ROWS = 1000;
/** Fewer cells than these do not show how a column is written. */
const ENOUGH = 3;
/** Telephone numbers of other countries may be among them, but not so many. */
const MOST = 0.5;

const dayNumber = /^\d{5}(?:\.\d+)?$/;
/** 18 May 1927 and 30 December 2099. */
const DAY_NUMBERS = { first: 10_000, last: 73_050 };
const digits = /^\d+(?:\.0+)?$/;
const mobileWithoutZero = /^7\d{9}(?:\.0+)?$/;

/**
 * Finds out from the first rows of a file how each column is written.
 * @param declared by field name.
 */
export function columnReadings(
  schema: DatasetSchema,
  { columnOf }: Pick<HeaderMapping, 'columnOf'>,
  records: readonly (readonly string[])[],
  declared: ReadonlyMap<string, DeclaredOrder> = new Map(),
): ColumnReadings {
  return schema.fields.map((field, index) => {
    const column = columnOf[index] ?? -1;
    const cells =
      column < 0
        ? []
        : records
            .map((record) => (record[column] ?? '').trim())
            .filter((text) => text !== '' && !isNoValue(text));
    const order = declared.get(field.name);
    switch (valueKindOf(field)) {
      case 'date':
      case 'birth-date':
        return { order, dayNumbers: areDayNumbers(cells) };
      case 'mobile':
        return { zerosLost: haveLostZeros(cells) };
      default:
        return {};
    }
  });
}

/** If each cell is a day number, none is mistyped; if some are dates, a day number among them is. */
const areDayNumbers = (cells: readonly string[]): boolean =>
  cells.length >= ENOUGH &&
  cells.every((text) => {
    const number = Number(text);
    return dayNumber.test(text) && number >= DAY_NUMBERS.first && number <= DAY_NUMBERS.last;
  });

/** In a column of numbers no cell begins with 0, and no number of this country has ten digits from 7 otherwise. */
const haveLostZeros = (cells: readonly string[]): boolean => {
  const mobiles = cells.filter((text) => mobileWithoutZero.test(text)).length;
  const areNumbers = cells.every((text) => digits.test(text) && !text.startsWith('0'));
  return mobiles >= ENOUGH && areNumbers && mobiles / cells.length > MOST;
};

/** Takes the first rows of a file for {@link columnReadings}, and gives all rows again. */
export async function sampled(batches: AsyncIterable<readonly (readonly string[])[]>): Promise<{
  readonly sample: readonly (readonly string[])[];
  readonly batches: AsyncIterable<readonly (readonly string[])[]>;
}> {
  const iterator = batches[Symbol.asyncIterator]();
  const first: (readonly (readonly string[])[])[] = [];
  let rows = 0;
  while (rows < SAMPLE_ROWS) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    rows += next.value.length;
  }
  return { sample: first.flat(), batches: resumed(first, iterator) };
}

async function* resumed<T>(first: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T, undefined> {
  try {
    yield* first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
  return undefined;
}
