import type { DataType, Facts, Measurement } from '@kinledger/contracts';
import type { ColumnTarget, DatasetField, DatasetSchema } from '@kinledger/programme/definition';
import { leavingValue } from './leaving-value.js';
import { rowUnfit } from './row-unfit.js';

type FactName = Extract<ColumnTarget, { to: 'fact' }>['name'];
type Values = readonly (string | null)[];

/** The limit of `facts` in the contracts: an engagement with more keeps no minutes. */
const MAX_MINUTES = 10_000;

/**
 * Returns a function that reads the facts of a dataset's rows, by data type. It throws RowUnfit for a row without a
 * required fact, or with a value that is not in canonical form.
 */
export function factReader(dataType: DataType, schema: DatasetSchema): (values: Values) => Facts {
  const columns = new Map<FactName, { readonly index: number; readonly read: (value: string) => string }>();
  schema.fields.forEach((field, index) => {
    const { target } = field['x-kinledger'];
    if (target?.to === 'fact') columns.set(target.name, { index, read: readerOf(field) });
  });
  const fixed: Readonly<Partial<Record<FactName, string>>> = schema['x-kinledger'].facts ?? {};
  const optional = (values: Values, name: FactName): string | null => {
    const same = fixed[name];
    if (same !== undefined) return same;
    const column = columns.get(name);
    const value = column === undefined ? null : (values[column.index] ?? null);
    return column === undefined || value === null ? null : column.read(value);
  };
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
    case 'outcome': {
      const measured = measureReader(schema, required);
      return (values) => ({
        kind: 'outcome',
        eventDate: required(values, 'eventDate'),
        measurements: measured?.(values) ?? [
          {
            instrument: required(values, 'instrument'),
            measure: required(values, 'measure'),
            occasion: required(values, 'occasion'),
            score: number(values, 'score'),
          },
        ],
      });
    }
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

/** Returns a function that reads the columns that become measures, or undefined if there is none. */
function measureReader(
  schema: DatasetSchema,
  required: (values: Values, name: FactName) => string,
): ((values: Values) => Measurement[]) | undefined {
  const columns = schema.fields.flatMap((field, index) => {
    const { target } = field['x-kinledger'];
    return target?.to === 'measure' ? [{ index, read: readerOf(field), ...target }] : [];
  });
  if (columns.length === 0) return undefined;
  return (values) => {
    const measurements = columns.flatMap(({ index, read, instrument, measure, occasion, scores }) => {
      const value = values[index] ?? null;
      if (value === null) return [];
      const text = read(value);
      const score = scores === undefined ? finite(text) : scores[text];
      if (score === undefined) return [];
      return {
        instrument: instrument ?? required(values, 'instrument'),
        measure,
        occasion: occasion ?? required(values, 'occasion'),
        score,
      };
    });
    if (measurements.length === 0) throw rowUnfit('row-without-fact');
    return measurements;
  };
}

/** Numbers are parsed below, which validates them. */
const readerOf = (field: DatasetField): ((value: string) => string) =>
  field.type === 'integer' || field.type === 'number' ? (value) => value : leavingValue(field);

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
