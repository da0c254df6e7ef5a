import {
  codedValues,
  valueKey,
  valueKindOf,
  type DatasetField,
  type DatasetSchema,
} from '@kinledger/programme/definition';
import type { Finding } from '../validation/finding.js';
import { CLEAR_MARGIN, LEAST_SCORE, similarityBetween, toCompare, type Similarity } from './similarity.js';

/** A value of a coded column that the schema does not list, with the number of its rows. */
export interface UnmatchedValue {
  readonly value: string;
  readonly rows: number;
  /** The code that it resembles most; null if it resembles none, or two as well. */
  readonly proposed: (Similarity & { readonly code: string }) | null;
}

/** The unmatched values of one coded field. */
export interface UnmatchedField {
  readonly field: DatasetField;
  readonly codes: readonly string[];
  /** The most frequent first. */
  readonly values: readonly UnmatchedValue[];
  /** Rows with other unmatched values than those listed. */
  readonly otherRows: number;
}

const MAX_VALUES = 100;
/** A longer text is no code; it is counted, and not shown. */
const MAX_LENGTH = 120;

/**
 * The codes to which a provider's values of a field may be mapped; undefined for a field without codes, and for
 * consent: which words give consent is for the programme to say and not for a sender.
 */
export function mappableCodes(field: DatasetField): readonly string[] | undefined {
  switch (valueKindOf(field)) {
    case 'code':
    case 'gender':
      return codedValues(field);
    case 'boolean':
      return ['true', 'false'];
    default:
      return undefined;
  }
}

/** Counts the values of coded columns that the schema does not list. Memory is bounded. */
export class UnmatchedValues {
  readonly #byField = new Map<DatasetField, { readonly rows: Map<string, number>; other: number }>();
  readonly #fields: ReadonlyMap<string, DatasetField>;

  constructor(schema: DatasetSchema) {
    this.#fields = new Map(
      schema.fields.filter((field) => mappableCodes(field) !== undefined).map((field) => [field.name, field]),
    );
  }

  /** Counts the findings of one row. */
  add(findings: readonly Finding[]): void {
    for (const { rule, value } of findings) {
      if ((rule.kind !== 'unlisted' && rule.kind !== 'invalid') || value === null) continue;
      const field = this.#fields.get(rule.field?.name ?? '');
      if (field === undefined) continue;
      const counted = this.#byField.get(field) ?? { rows: new Map<string, number>(), other: 0 };
      this.#byField.set(field, counted);
      const rows = counted.rows.get(value);
      if (rows === undefined && (counted.rows.size >= MAX_VALUES || value.length > MAX_LENGTH))
        counted.other += 1;
      else counted.rows.set(value, (rows ?? 0) + 1);
    }
  }

  /** The values so far by field, with the code that each resembles. */
  byField(): readonly UnmatchedField[] {
    return [...this.#byField].map(([field, { rows, other }]) => {
      const propose = codeProposer(field);
      return {
        field,
        codes: mappableCodes(field) ?? [],
        values: [...rows]
          .sort(([left, leftRows], [right, rightRows]) => rightRows - leftRows || (left < right ? -1 : 1))
          .map(([value, count]) => ({ value, rows: count, proposed: propose(value) })),
        otherRows: other,
      };
    });
  }
}

/**
 * Returns a function that gives the code whose name, or one of whose known spellings, a value resembles; null if it
 * resembles none, or two.
 */
export function codeProposer(field: DatasetField): (value: string) => UnmatchedValue['proposed'] {
  const known = Object.entries(field['x-kinledger'].valueMap ?? {});
  const codes = (mappableCodes(field) ?? []).map((code) => ({
    code,
    spellings: [code, ...known.flatMap(([text, its]) => (its === code ? [text] : []))].map(toCompare),
  }));
  return (value) => {
    const compared = toCompare(value);
    const [best, second] = codes
      .map(({ code, spellings }) =>
        spellings
          .map((spelling) => ({ code, ...similarityBetween(compared, spelling) }))
          .reduce((one, other) => (other.score > one.score ? other : one)),
      )
      .filter(({ score }) => score >= LEAST_SCORE)
      .sort((left, right) => right.score - left.score);
    const isClear = best !== undefined && (second === undefined || best.score - second.score >= CLEAR_MARGIN);
    return isClear ? best : null;
  };
}

/** The code that the schema itself gives a value; undefined if it knows none. */
export function codeInSchema(field: DatasetField, value: string): string | undefined {
  const key = valueKey(value);
  const mapped = Object.entries(field['x-kinledger'].valueMap ?? {}).find(([text]) => valueKey(text) === key);
  return mapped?.[1] ?? mappableCodes(field)?.find((code) => valueKey(code) === key);
}
