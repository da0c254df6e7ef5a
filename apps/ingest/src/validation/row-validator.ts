import type { Role } from '@kinledger/contracts';
import { formatOf, type Dataset, type DatasetSchema } from '@kinledger/programme';
import type { HeaderMapping } from '../mapping/header-mapping.js';
import { fileRefused } from '../reading/file-refused.js';
import { fieldCheck, type FieldCheck, type FileDates } from './field-check.js';
import { rowRule, type Finding, type RuleOfField } from './finding.js';
import { FingerprintSet } from './fingerprint-set.js';

export type RowOutcome = 'blank' | 'accepted' | 'warned' | 'rejected' | 'not-consented' | 'duplicate';

/** What became of one row. The arrays are the row's own. */
export interface ValidatedRow {
  readonly outcome: RowOutcome;
  /** One value per schema field, in schema order; what the landing store keeps if the row is accepted. */
  readonly values: readonly (string | null)[];
  readonly findings: readonly Finding[];
  /** The provider's own case number or row id, for its error report. */
  readonly caseNumber: string | null;
}

export interface RowLimits {
  /** Characters of one cell of a known column. */
  readonly maxFieldLength: number;
}

const noConsent = rowRule('no-consent', 'error', 'Consent was not given.', '');
const duplicateRow = rowRule(
  'duplicate-row',
  'error',
  'The row id is that of an earlier row of the file; only the first was taken.',
  'Remove the row, or correct its id.',
);
const repeatedRow = rowRule(
  'repeated-row',
  'warning',
  'The row says exactly what an earlier row of the file says; both were taken.',
  'Remove one of them if it happened once.',
);
const extraCells = rowRule(
  'extra-cells',
  'error',
  'The row has more values than the header has titles, so that values may stand under the wrong title.',
  'A value that holds the separator must stand in quotation marks; export the file again.',
);

/**
 * Validates the rows of one file, one after the other. It remembers which rows it has seen, in a few bytes each, and
 * nothing else of them.
 */
export class RowValidator {
  /** Every rule that a row of this file can break, in the order of the schema. */
  readonly rules: readonly RuleOfField[];
  readonly #checks: readonly FieldCheck[];
  readonly #columnOf: readonly number[];
  readonly #headerLength: number;
  readonly #limits: RowLimits;
  readonly #fixedRole: Role | undefined;
  readonly #roleField: number;
  readonly #consentField: number;
  readonly #caseNumberField: number;
  readonly #keyFields: readonly number[];
  readonly #seen = new FingerprintSet();

  constructor(
    dataset: Pick<Dataset, 'schema'>,
    mapping: HeaderMapping,
    options: { readonly headerLength: number; readonly dates: FileDates; readonly limits: RowLimits },
  ) {
    const { schema } = dataset;
    const indexOf = (wanted: (field: DatasetSchema['fields'][number]) => boolean) =>
      schema.fields.findIndex(wanted);
    this.#columnOf = mapping.columnOf;
    this.#headerLength = options.headerLength;
    this.#limits = options.limits;
    this.#checks = schema.fields.map((field, index) =>
      fieldCheck(field, mapping.columnOf[index] ?? -1, options.dates),
    );
    this.rules = [
      ...this.#checks.flatMap((check) => check.rules),
      noConsent,
      duplicateRow,
      repeatedRow,
      extraCells,
    ];
    this.#fixedRole = schema['x-kinledger'].role;
    this.#roleField = indexOf((field) => field['x-kinledger'].target?.to === 'role');
    this.#consentField = indexOf((field) => field['x-kinledger'].consent);
    this.#keyFields = (schema.primaryKey ?? []).map((name) => indexOf((field) => field.name === name));
    const caseNumber = indexOf((field) => formatOf(field) === 'case-number');
    this.#caseNumberField = caseNumber >= 0 ? caseNumber : (this.#keyFields[0] ?? -1);
  }

  /**
   * @param rowNumber as a spreadsheet shows it; only named when the file is refused.
   * @throws FileRefused for a value too long to be one.
   */
  validate(record: readonly string[], rowNumber: number): ValidatedRow {
    if (isBlank(record)) return { outcome: 'blank', values: [], findings: [], caseNumber: null };
    const findings: Finding[] = [];
    const values = this.#values(record, rowNumber, findings);
    const caseNumber = values[this.#caseNumberField] ?? null;
    if (this.#consentField >= 0 && values[this.#consentField] === 'false') {
      // Only counted: nothing that was found of the row is told, and nothing of it is kept.
      return {
        outcome: 'not-consented',
        values: [],
        findings: [{ rule: noConsent, value: null }],
        caseNumber: null,
      };
    }
    if (record.length > this.#headerLength && !isBlank(record.slice(this.#headerLength))) {
      findings.push({ rule: extraCells, value: null });
    }
    if (findings.some(({ rule }) => rule.severity === 'error')) {
      return { outcome: 'rejected', values, findings, caseNumber };
    }
    const repeated = this.#repeats(values);
    if (repeated !== undefined) findings.push({ rule: repeated, value: null });
    if (repeated === duplicateRow) return { outcome: 'duplicate', values, findings, caseNumber };
    return { outcome: findings.length > 0 ? 'warned' : 'accepted', values, findings, caseNumber };
  }

  #values(record: readonly string[], rowNumber: number, findings: Finding[]): (string | null)[] {
    const role = this.#fixedRole ?? this.#roleOf(record);
    const values: (string | null)[] = [];
    for (let index = 0; index < this.#checks.length; index++) {
      const check = this.#checks[index] as FieldCheck; // index < length
      const column = this.#columnOf[index] ?? -1;
      const cell = column < 0 ? undefined : record[column];
      if (cell !== undefined && cell.length > this.#limits.maxFieldLength) {
        throw fileRefused(
          'field-too-long',
          `"${check.field.title}" in row ${rowNumber} has more than ${this.#limits.maxFieldLength} characters. Most likely a quotation mark is opened there and not closed.`,
        );
      }
      values.push(check.check(cell, role, findings));
    }
    return values;
  }

  /** The role that the row's role column says, if it says one; whether it may be left out is that column's own rule. */
  #roleOf(record: readonly string[]): Role | undefined {
    const check = this.#checks[this.#roleField];
    const column = this.#columnOf[this.#roleField] ?? -1;
    if (check === undefined || column < 0) return undefined;
    // The schema lets the column's codes be roles only.
    return (check.check(record[column], undefined, []) ?? undefined) as Role | undefined;
  }

  /**
   * With an id of its own, a row that has an earlier row's is a duplicate. Without one, equal rows are told apart by
   * their order (two sessions on one day), so that they only warn.
   */
  #repeats(values: readonly (string | null)[]): RuleOfField | undefined {
    if (this.#keyFields.length === 0) return this.#seen.add(keyText(values)) ? undefined : repeatedRow;
    const key = this.#keyFields.map((field) => values[field] ?? null);
    if (key.includes(null)) return undefined;
    return this.#seen.add(keyText(key)) ? undefined : duplicateRow;
  }
}

/** One text for a list of values, another for any other list. */
function keyText(values: readonly (string | null)[]): string {
  let text = '';
  for (const value of values) text += value === null ? '-;' : `${value.length}:${value};`;
  return text;
}

const isBlank = (record: readonly string[]): boolean => {
  for (const cell of record) if (cell !== '' && cell.trim() !== '') return false;
  return true;
};
