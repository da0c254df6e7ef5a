import { isNoValue } from '@kinledger/domain/identifiers';
import { valueKindOf, type DatasetField, type DatasetSchema } from '@kinledger/programme/definition';
import type { HeaderMapping } from '../mapping/header-mapping.js';
import { missingValuesOf } from './missing-values.js';

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

/** How a column of a file was read, where its cells could have been read in another way. */
export interface ColumnRead {
  /** Name of the field. */
  readonly field: string;
  readonly written: 'day-first' | 'month-first' | 'day-numbers' | 'zeros-lost';
  /**
   * How that is known:
   * - declared: the sender said it;
   * - shown: the column shows it;
   * - assumed: the column fits both orders of day and month, and nobody said which is meant;
   * - contradicted: the column, or the rest of it, shows that it is not so;
   * - shown-late: only rows that were no longer held show it, so that the column was not read so.
   */
  readonly known: 'declared' | 'shown' | 'assumed' | 'contradicted' | 'shown-late';
}

/**
 * The first rows of a file are held until its columns are judged: of nearly every file, all of them. Of a longer file the
 * rest is judged as it passes.
 */
const HELD_ROWS = 10_000;
const HELD_CHARACTERS = 4 * 1024 ** 2;
/** An empty cell takes memory too: as much as so many characters. */
const CELL = 4;
/** Fewer cells than these do not show how a column is written. */
const ENOUGH = 3;
/** Telephone numbers of other countries may be among them, but not so many. */
const MOST = 0.5;

const dayNumber = /^\d{5}(?:\.\d+)?$/;
/** 18 May 1927 and 30 December 2099. */
const DAY_NUMBERS = { first: 10_000, last: 73_050 };
const digits = /^\d+(?:\.0+)?$/;
const mobileWithoutZero = /^7\d{9}(?:\.0+)?$/;

/** What the cells of a column show so far. One cell that contradicts settles it. */
interface ColumnEvidence {
  readonly isSettled: boolean;
  add(text: string): void;
  readonly reading: ColumnReading;
}

/** If each cell is a day number, none is mistyped; if some are dates, a day number among them is. */
class DayNumbers implements ColumnEvidence {
  #cells = 0;
  isSettled = false;

  add(text: string): void {
    this.#cells += 1;
    const number = Number(text);
    this.isSettled = !dayNumber.test(text) || number < DAY_NUMBERS.first || number > DAY_NUMBERS.last;
  }

  get reading(): ColumnReading {
    return { dayNumbers: !this.isSettled && this.#cells >= ENOUGH };
  }
}

/** In a column of numbers no cell begins with 0, and no number of this country has ten digits from 7 otherwise. */
class LostZeros implements ColumnEvidence {
  #cells = 0;
  #mobiles = 0;
  isSettled = false;

  add(text: string): void {
    this.#cells += 1;
    if (mobileWithoutZero.test(text)) this.#mobiles += 1;
    this.isSettled = !digits.test(text) || text.startsWith('0');
  }

  get reading(): ColumnReading {
    const areMost = this.#mobiles >= ENOUGH && this.#mobiles / this.#cells > MOST;
    return { zerosLost: !this.isSettled && areMost };
  }
}

function evidenceFor(field: DatasetField): ColumnEvidence | undefined {
  switch (valueKindOf(field)) {
    case 'date':
    case 'birth-date':
      return new DayNumbers();
    case 'mobile':
      return new LostZeros();
    default:
      return undefined;
  }
}

/** Finds out from the rows of a file how each column is written. */
export class ColumnsSeen {
  readonly #columns: readonly {
    readonly field: DatasetField;
    readonly column: number;
    readonly evidence: ColumnEvidence | undefined;
    /** What the schema says is no value, in lower case. */
    readonly missing: ReadonlySet<string> | undefined;
  }[];
  readonly #declared: ReadonlyMap<string, DeclaredOrder>;

  /** @param declared by field name. */
  constructor(
    schema: DatasetSchema,
    { columnOf }: Pick<HeaderMapping, 'columnOf'>,
    declared: ReadonlyMap<string, DeclaredOrder> = new Map(),
  ) {
    this.#columns = schema.fields.map((field, index) => ({
      ...{ field, column: columnOf[index] ?? -1 },
      evidence: evidenceFor(field),
      missing: missingValuesOf(schema, field),
    }));
    this.#declared = declared;
  }

  add(record: readonly string[]): void {
    for (const { column, evidence, missing } of this.#columns) {
      if (evidence === undefined || evidence.isSettled || column < 0) continue;
      const text = (record[column] ?? '').trim();
      if (text === '' || isNoValue(text) || missing?.has(text.toLowerCase()) === true) continue;
      evidence.add(text);
    }
  }

  /** How the columns are written, as far as the rows so far show it. */
  get readings(): ColumnReadings {
    return this.#columns.map(({ field, evidence }) => ({
      order: this.#declared.get(field.name),
      ...evidence?.reading,
    }));
  }

  /** Columns that a spreadsheet changed. @param used how they were read, before all rows were seen. */
  asRead(used: ColumnReadings): readonly ColumnRead[] {
    const whole = this.readings;
    return this.#columns.flatMap(({ field: { name: field }, evidence }, index) => {
      const [was, is] = [used[index] ?? {}, whole[index] ?? {}];
      // Foreign numbers further down change the share of mobiles, and contradict nothing.
      const stillLost = is.zerosLost === true || (was.zerosLost === true && evidence?.isSettled !== true);
      return [
        ...knownOf(field, 'day-numbers', was.dayNumbers, is.dayNumbers),
        ...knownOf(field, 'zeros-lost', was.zerosLost, stillLost),
      ];
    });
  }
}

function knownOf(
  field: string,
  written: ColumnRead['written'],
  used = false,
  shown = false,
): readonly ColumnRead[] {
  if (!used && !shown) return [];
  return [{ field, written, known: !shown ? 'contradicted' : used ? 'shown' : 'shown-late' }];
}

/** How each column is written, as far as these rows show it. */
export function columnReadings(
  schema: DatasetSchema,
  mapping: Pick<HeaderMapping, 'columnOf'>,
  records: readonly (readonly string[])[],
  declared?: ReadonlyMap<string, DeclaredOrder>,
): ColumnReadings {
  const seen = new ColumnsSeen(schema, mapping, declared);
  for (const record of records) seen.add(record);
  return seen.readings;
}

/** Takes the first rows of a file, of a short one all, for {@link columnReadings}, and gives all rows again. */
export async function sampled(batches: AsyncIterable<readonly (readonly string[])[]>): Promise<{
  readonly sample: readonly (readonly string[])[];
  readonly batches: AsyncIterable<readonly (readonly string[])[]>;
}> {
  const iterator = batches[Symbol.asyncIterator]();
  const first: (readonly (readonly string[])[])[] = [];
  let rows = 0;
  let characters = 0;
  while (rows < HELD_ROWS && characters < HELD_CHARACTERS) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    rows += next.value.length;
    for (const record of next.value) for (const cell of record) characters += cell.length + CELL;
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
