import type { Role } from '@kinledger/contracts';
import type { Sha256Hex } from '@kinledger/domain/identifiers';
import { formatOf, valueKindOf, type Dataset, type DatasetSchema } from '@kinledger/programme/definition';
import type { HeaderMapping } from '../mapping/header-mapping.js';
import { fileRefused } from '../reading/file-refused.js';
import { AgeCheck } from './age-check.js';
import { DeclaredRulesCheck } from './declared-rules.js';
import type { ColumnRead, ColumnReadings } from './column-reading.js';
import { missingValuesOf } from './missing-values.js';
import { dateColumns, ordersRead, type DateColumn } from './date-order.js';
import { fieldCheck, type FieldCheck } from './field-check.js';
import type { FileDates } from './file-dates.js';
import { rowRule, type Finding, type RuleOfField } from './finding.js';
import { FingerprintHolders } from './fingerprint-holders.js';
import { FingerprintSet } from './fingerprint-set.js';
import type { KnownEmptyValueDigests } from './value-form.js';

/**
 * not-consented: the row refuses consent, and is only counted. consent-refused: the row refuses consent and has a
 * complete row id, which is passed on to retire the rows with that id. set-aside: only the row's date is wrong: it is
 * in the future or far outside the period.
 */
export type RowOutcome =
  | 'blank'
  | 'accepted'
  | 'warned'
  | 'rejected'
  | 'set-aside'
  | 'not-consented'
  | 'consent-refused'
  | 'duplicate';

/** The outcome of one row. Its arrays are not shared with other rows. */
export interface ValidatedRow {
  readonly outcome: RowOutcome;
  /** One value per schema field, in schema order, for the landing store if the row is accepted. */
  readonly values: readonly (string | null)[];
  readonly findings: readonly Finding[];
  /** The provider's own case number or row id, for its error report. */
  readonly caseNumber: string | null;
}

export interface RowLimits {
  /** Maximum characters of a cell in a known column. */
  readonly maxFieldLength: number;
}

/** Everything that profile op-kin-1 derives of the longest values is some 400 digests, of 65 characters each. */
const MOST_OF_DIGESTS = 65_536;

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
const sharedNhsNumber = rowRule(
  'shared-nhs-number',
  'warning',
  'An earlier row of the file has the same NHS number under another case number: both will be counted as one person.',
  'If they are two people, correct the number of one; if they are one, let them have one case number.',
);
const extraCells = rowRule(
  'extra-cells',
  'error',
  'The row has more values than the header has titles, so that values may stand under the wrong title.',
  'A value that holds the separator must stand in quotation marks; export the file again.',
);

/**
 * Validates the rows of one file, one after another. It keeps a few bytes of each row, to detect duplicates.
 */
export class RowValidator {
  /** Every rule that a row of this file can break, in the order of the schema. */
  readonly rules: readonly RuleOfField[];
  readonly #checks: readonly FieldCheck[];
  readonly #columnOf: readonly number[];
  readonly #headerLength: number;
  readonly #limits: RowLimits;
  /** Maximum characters of each field. */
  readonly #longest: readonly number[];
  readonly #fixedRole: Role | undefined;
  readonly #roleField: number;
  readonly #consentField: number;
  readonly #caseNumberField: number;
  readonly #keyFields: readonly number[];
  readonly #nhsNumberField: number;
  readonly #personField: number;
  readonly #ages: AgeCheck;
  readonly #declared: DeclaredRulesCheck;
  readonly #seen: FingerprintSet;
  readonly #nhsNumbers = new FingerprintHolders();

  constructor(
    dataset: Pick<Dataset, 'schema'>,
    mapping: HeaderMapping,
    options: {
      readonly headerLength: number;
      readonly dates: FileDates;
      readonly limits: RowLimits;
      /** Whether the people of the programme are made up. */
      readonly synthetic?: boolean | undefined;
      readonly salts?: KnownEmptyValueDigests;
      /** How each column is written. */
      readonly readings?: ColumnReadings | undefined;
      readonly sha256: Sha256Hex;
    },
  ) {
    const { schema } = dataset;
    const indexOf = (wanted: (field: DatasetSchema['fields'][number]) => boolean) =>
      schema.fields.findIndex(wanted);
    this.#seen = new FingerprintSet(options.sha256);
    this.#columnOf = mapping.columnOf;
    this.#headerLength = options.headerLength;
    this.#limits = options.limits;
    const { maxFieldLength } = options.limits;
    this.#longest = schema.fields.map((field) =>
      valueKindOf(field) === 'derived-digests' ? Math.max(maxFieldLength, MOST_OF_DIGESTS) : maxFieldLength,
    );
    this.#checks = schema.fields.map((field, index) =>
      fieldCheck(field, mapping.columnOf[index] ?? -1, options.dates, {
        synthetic: options.synthetic ?? false,
        salts: options.salts,
        missingValues: missingValuesOf(schema, field),
        reading: options.readings?.[index],
      }),
    );
    this.#ages = new AgeCheck(schema, this.#checks, options.dates);
    this.#declared = new DeclaredRulesCheck(
      schema,
      mapping.columnOf,
      (field, text) => this.#checks[field]?.check(text, undefined, []) ?? null,
    );
    this.rules = [
      ...this.#checks.flatMap((check) => check.rules),
      ...this.#declared.rules,
      noConsent,
      duplicateRow,
      repeatedRow,
      sharedNhsNumber,
      extraCells,
    ];
    this.#fixedRole = schema['x-kinledger'].role;
    this.#roleField = indexOf((field) => field['x-kinledger'].target?.to === 'role');
    this.#consentField = indexOf((field) => field['x-kinledger'].consent);
    this.#keyFields = (schema.primaryKey ?? []).map((name) => indexOf((field) => field.name === name));
    const caseNumber = indexOf((field) => formatOf(field) === 'case-number');
    const holds = (kind: string, use: string) =>
      indexOf(({ 'x-kinledger': { identifiers } }) =>
        identifiers.some((identifier) => identifier.kind === kind && identifier.use === use),
      );
    this.#nhsNumberField = holds('nhs-number', 'identity');
    this.#personField = holds('case-number', 'local');
    this.#caseNumberField = caseNumber >= 0 ? caseNumber : (this.#keyFields[0] ?? -1);
  }

  /**
   * @param rowNumber as in a spreadsheet; only for the message of a refusal.
   * @throws FileRefused for a value over the maximum length.
   */
  validate(record: readonly string[], rowNumber: number): ValidatedRow {
    if (isBlank(record)) return { outcome: 'blank', values: [], findings: [], caseNumber: null };
    const findings: Finding[] = [];
    const values = this.#values(record, rowNumber, findings);
    const caseNumber = values[this.#caseNumberField] ?? null;
    if (this.#consentField >= 0 && values[this.#consentField] === 'false') {
      // Report no findings of the row, and keep only its id, to retire the rows with that id.
      const refusal = this.#refusal(values);
      return {
        outcome: refusal.length > 0 ? 'consent-refused' : 'not-consented',
        values: refusal,
        findings: [{ rule: noConsent, value: null }],
        caseNumber: null,
      };
    }
    if (record.length > this.#headerLength && !isBlank(record.slice(this.#headerLength))) {
      findings.push({ rule: extraCells, value: null });
    }
    const textOf = (field: number) => record[this.#columnOf[field] ?? -1]?.trim() ?? null;
    const filled = this.#declared.fill(values, findings).map((rule): Finding => ({ rule, value: null }));
    const left = filled.length === 0 ? findings : findings.filter(({ rule }) => !isFilled(rule, filled));
    this.#declared.row(values, textOf, left);
    const row = this.#outcome(values, left, textOf);
    // What was filled is told, but is no fault of the row.
    return { ...row, findings: [...left, ...filled], caseNumber };
  }

  /** Adds what a row without errors breaks together with other rows. */
  #outcome(
    values: readonly (string | null)[],
    findings: Finding[],
    textOf: (field: number) => string | null,
  ): Pick<ValidatedRow, 'outcome' | 'values'> {
    if (!hasErrors(findings)) this.#declared.group(values, textOf, findings);
    if (hasErrors(findings)) {
      const errors = findings.filter(({ rule }) => rule.severity === 'error');
      return {
        outcome: errors.every(({ rule }) => isOfAnotherTime(rule)) ? 'set-aside' : 'rejected',
        values,
      };
    }
    const repeated = this.#repeats(values);
    if (repeated !== undefined) findings.push({ rule: repeated, value: null });
    if (repeated === duplicateRow) return { outcome: 'duplicate', values };
    if (this.#sharesNhsNumber(values)) findings.push({ rule: sharedNhsNumber, value: null });
    this.#declared.accept(values);
    return { outcome: findings.length > 0 ? 'warned' : 'accepted', values };
  }

  /** What the file as a whole breaks of what its schema declares, each with the rows that lack a value. */
  fileFindings(): ReturnType<DeclaredRulesCheck['ofFile']> {
    return this.#declared.ofFile();
  }

  /** Columns whose dates so far leave open, or contradict, the order in which they were read. */
  dateColumns(): readonly DateColumn[] {
    return dateColumns(this.#checks);
  }

  /** The order of day and month in which the columns with dates were read so far. */
  ordersRead(): readonly ColumnRead[] {
    return ordersRead(this.#checks);
  }

  #values(record: readonly string[], rowNumber: number, findings: Finding[]): (string | null)[] {
    const role = this.#fixedRole ?? this.#roleOf(record);
    const values: (string | null)[] = [];
    for (let index = 0; index < this.#checks.length; index++) {
      const check = this.#checks[index] as FieldCheck; // index < length
      const column = this.#columnOf[index] ?? -1;
      const cell = column < 0 ? undefined : record[column];
      const most = this.#longest[index] ?? this.#limits.maxFieldLength;
      if (cell !== undefined && cell.length > most) {
        throw fileRefused(
          'field-too-long',
          `"${check.field.title}" in row ${rowNumber} has more than ${most} characters. Most likely a quotation mark is opened there and not closed.`,
        );
      }
      values.push(check.check(cell, role, findings));
    }
    this.#ages.apply(values, role, (field) => record[this.#columnOf[field] ?? -1]?.trim() ?? null, findings);
    return values;
  }

  /**
   * The row id and the refusal, and no other value; no value at all without a complete row id. A later row with the
   * same id is not a duplicate, but overrides this one.
   */
  #refusal(values: readonly (string | null)[]): (string | null)[] {
    const id = this.#rowId(values);
    if (id === undefined) return [];
    this.#seen.delete(keyText(id));
    return values.map((value, field) =>
      field === this.#consentField || this.#keyFields.includes(field) ? value : null,
    );
  }

  /** The complete row id; undefined if any part is missing. */
  #rowId(values: readonly (string | null)[]): readonly (string | null)[] | undefined {
    const id = this.#keyFields.map((field) => values[field] ?? null);
    return id.length === 0 || id.includes(null) ? undefined : id;
  }

  /** The role in the row's role column, if any; that column's own check decides whether it may be missing. */
  #roleOf(record: readonly string[]): Role | undefined {
    const check = this.#checks[this.#roleField];
    const column = this.#columnOf[this.#roleField] ?? -1;
    if (check === undefined || column < 0) return undefined;
    // The schema allows only roles as codes of this column.
    return (check.check(record[column], undefined, []) ?? undefined) as Role | undefined;
  }

  #sharesNhsNumber(values: readonly (string | null)[]): boolean {
    const number = values[this.#nhsNumberField] ?? null;
    const person = values[this.#personField] ?? null;
    return number !== null && person !== null && !this.#nhsNumbers.isFirstHolder(number, person);
  }

  /**
   * If the dataset has row ids, a row with an earlier row's id is a duplicate. If not, equal rows may be distinct (two
   * sessions on one day), so they only warn.
   */
  #repeats(values: readonly (string | null)[]): RuleOfField | undefined {
    if (this.#keyFields.length === 0) return this.#seen.add(keyText(values)) ? undefined : repeatedRow;
    const id = this.#rowId(values);
    if (id === undefined) return undefined;
    return this.#seen.add(keyText(id)) ? undefined : duplicateRow;
  }
}

const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ rule }) => rule.severity === 'error');

/** Whether a rule says that a value is missing which was filled. */
const isFilled = ({ kind, field }: RuleOfField, filled: readonly Finding[]): boolean =>
  kind === 'missing' && filled.some(({ rule }) => rule.field === field);

/** Whether a finding says that an event is in the future or far outside the period. */
const isOfAnotherTime = ({ kind }: RuleOfField): boolean =>
  kind === 'future-date' || kind === 'far-outside-period';

/** An unambiguous text for a list of values. */
function keyText(values: readonly (string | null)[]): string {
  let text = '';
  for (const value of values) text += value === null ? '-;' : `${value.length}:${value};`;
  return text;
}

const isBlank = (record: readonly string[]): boolean => {
  for (const cell of record) if (cell !== '' && cell.trim() !== '') return false;
  return true;
};
