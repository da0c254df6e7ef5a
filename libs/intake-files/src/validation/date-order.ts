import type { DateOrder } from '@kinledger/domain/identifiers';
import type { DatasetField } from '@kinledger/programme/definition';
import type { ColumnRead, DeclaredOrder } from './column-reading.js';
import type { FieldCheck } from './field-check.js';
import type { RuleOfField } from './finding.js';

/** What the dates of a column show about the order of day and month. */
export interface DateColumn {
  readonly field: DatasetField;
  /** The order in which it was read. */
  readonly readAs: DeclaredOrder;
  /**
   * - contradicted: so many dates have the other order that the dates which fit both were misread;
   * - unknown: many dates fit both orders, and none shows which is meant;
   * - mixed: a few dates have the other order.
   */
  readonly state: 'contradicted' | 'unknown' | 'mixed' | 'doubtful';
  /** Number of dates that fit both orders. */
  readonly doubtful: number;
  /** Under which the doubtful dates are counted. */
  readonly rule: RuleOfField | undefined;
}

/** So few dates in the other order may be typing errors. */
const FEW = 3;
/** Above this share of the dates that show their order, the other order is how the column, or part of it, is written. */
const MOST_SLIPS = 0.1;
/**
 * So many different days of a column are all up to the twelfth of a month by chance only once in a million columns: 12 of
 * 30 days to the power of fifteen.
 */
const SURELY_ASKED = 15;
/** Once in a hundred columns. */
const WORTH_A_LOOK = 5;

/**
 * Counts the dates of a column by the order of day and month that they show. A single date may fit both, but a column
 * shows its order: numbers above twelve are in one of two places.
 */
export class DateOrders {
  #fitting = 0;
  #contrary = 0;
  #either = 0;
  /** Different dates that fit both orders, as far as their number matters. */
  readonly #different = new Set<string>();
  #areFirstsOfMonths = true;

  constructor(readonly declared: DeclaredOrder | undefined) {}

  /** @param order as read in the declared order; a date that contradicts it has its month first. */
  add(order: DateOrder, text: string): void {
    if (order === 'day-first') this.#fitting += 1;
    else if (order === 'month-first') this.#contrary += 1;
    else {
      this.#either += 1;
      if (this.#different.size < SURELY_ASKED) this.#different.add(text);
      this.#areFirstsOfMonths &&= firstOfMonth.test(text);
    }
  }

  get doubtful(): number {
    return this.#either;
  }

  /** Undefined if every date was read in the order that the column shows, or that was declared. */
  get state(): DateColumn['state'] | undefined {
    if (this.#contrary > 0) return this.#isContradicted ? 'contradicted' : 'mixed';
    // Dates such as 01/03/2023 and 01/04/2023 are months of a plan, not days of one January.
    if (this.declared !== undefined || this.#fitting > 0 || this.#areFirstsOfMonths) return undefined;
    if (this.#different.size >= SURELY_ASKED) return 'unknown';
    return this.#different.size >= WORTH_A_LOOK ? 'doubtful' : undefined;
  }

  /** How the order in which it was read is known; undefined without a date that has an order. */
  get known(): ColumnRead['known'] | undefined {
    if (this.#fitting + this.#contrary + this.#either === 0) return undefined;
    if (this.state === 'contradicted') return 'contradicted';
    if (this.declared !== undefined) return 'declared';
    return this.#fitting > 0 ? 'shown' : 'assumed';
  }

  get #isContradicted(): boolean {
    if (this.#fitting === 0) return this.#either > 0 || this.#contrary >= FEW;
    return this.#contrary >= FEW && this.#contrary / (this.#contrary + this.#fitting) > MOST_SLIPS;
  }
}

const firstOfMonth = /^0?1\D/;

/** The columns whose dates a person has to look at. */
export const dateColumns = (checks: readonly FieldCheck[]): readonly DateColumn[] =>
  checks.flatMap(({ field, rules, dateOrders }) => {
    const state = dateOrders?.state;
    if (dateOrders === undefined || state === undefined) return [];
    const wanted = state === 'unknown' || state === 'doubtful' ? 'undecided-date-order' : 'mixed-date-order';
    const rule = rules.find(({ kind }) => kind === wanted);
    return [
      { field, readAs: dateOrders.declared ?? 'day-first', state, doubtful: dateOrders.doubtful, rule },
    ];
  });

/** The order of day and month in which each column with dates was read. */
export const ordersRead = (checks: readonly FieldCheck[]): readonly ColumnRead[] =>
  checks.flatMap(({ field, dateOrders }) => {
    const known = dateOrders?.known;
    if (dateOrders === undefined || known === undefined) return [];
    return [{ field: field.name, written: dateOrders.declared ?? 'day-first', known }];
  });
