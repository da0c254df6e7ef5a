import type { DataType, Facts } from '@kinledger/contracts';
import type { ColumnTarget, DatasetSchema } from '@kinledger/programme/definition';
import { rowUnfit } from './row-unfit.js';

type FactName = Extract<ColumnTarget, { to: 'fact' }>['name'];
type Values = readonly (string | null)[];

/** As `facts` in the contracts: an engagement with more is told without its minutes. */
const MAX_MINUTES = 10_000;

/**
 * What the rows of a dataset say, by its data type. Values are the landing store's canonical texts.
 * The function that is returned throws RowUnfit for a row without a fact that its data type requires.
 */
export function factReader(dataType: DataType, schema: DatasetSchema): (values: Values) => Facts {
  const columns = new Map<FactName, number>();
  schema.fields.forEach((field, index) => {
    const { target } = field['x-kinledger'];
    if (target?.to === 'fact') columns.set(target.name, index);
  });
  const optional = (values: Values, name: FactName): string | null => values[columns.get(name) ?? -1] ?? null;
  const required = (values: Values, name: FactName): string => {
    const value = optional(values, name);
    if (value === null) throw rowUnfit('row-without-fact');
    return value;
  };
  const number = (values: Values, name: FactName): number => finite(required(values, name));

  switch (dataType) {
    case 'user':
      return (values) => {
        const registeredOn = optional(values, 'registeredOn');
        return { kind: 'registration', ...(registeredOn === null ? {} : { registeredOn }) };
      };
    case 'engagement':
      return (values) => {
        const minutes = minutesOf(optional(values, 'minutes'));
        return {
          kind: 'engagement',
          eventDate: required(values, 'eventDate'),
          sessionKind: required(values, 'sessionKind'),
          attended: required(values, 'attended') === 'true',
          ...(minutes === undefined ? {} : { minutes }),
        };
      };
    case 'outcome':
      return (values) => ({
        kind: 'outcome',
        eventDate: required(values, 'eventDate'),
        instrument: required(values, 'instrument'),
        measure: required(values, 'measure'),
        occasion: required(values, 'occasion'),
        score: number(values, 'score'),
      });
    case 'feedback':
      return (values) => ({
        kind: 'feedback',
        eventDate: required(values, 'eventDate'),
        question: required(values, 'question'),
        rating: integer(number(values, 'rating')),
      });
    case 'input':
      return (values) => ({
        kind: 'input',
        eventDate: required(values, 'eventDate'),
        category: categoryOf(required(values, 'category')),
        item: required(values, 'item'),
        quantity: number(values, 'quantity'),
        unit: required(values, 'unit'),
      });
  }
}

function finite(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw rowUnfit('row-with-odd-number');
  return value;
}

function integer(value: number): number {
  if (!Number.isSafeInteger(value)) throw rowUnfit('row-with-odd-number');
  return value;
}

function minutesOf(text: string | null): number | undefined {
  const minutes = text === null ? Number.NaN : Number(text);
  return Number.isInteger(minutes) && minutes >= 0 && minutes <= MAX_MINUTES ? minutes : undefined;
}

const categories = ['financial', 'human', 'material', 'activity'] as const;

function categoryOf(text: string): (typeof categories)[number] {
  const category = categories.find((known) => known === text);
  if (category === undefined) throw rowUnfit('row-with-odd-category');
  return category;
}
