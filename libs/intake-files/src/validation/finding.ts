import { valueKindOf, type DatasetField, type Severity } from '@kinledger/programme/definition';

/** What can be found of a value, apart from the field that it stands in. */
export type RuleKind =
  | 'missing'
  | 'placeholder'
  | 'not-known'
  | 'repaired'
  | 'invalid'
  | 'clear-text'
  | 'unlisted'
  | 'out-of-range'
  | 'too-long'
  | 'several-addresses'
  | 'not-digits'
  | 'wrong-length'
  | 'scientific-notation'
  | 'initials'
  | 'unreal-date'
  | 'month-first'
  | 'two-digit-year'
  | 'year-out-of-range'
  | 'time-of-day'
  | 'day-number'
  | 'incomplete-date'
  | 'future-date'
  | 'outside-period'
  | 'far-outside-period'
  | 'implausible-age'
  | 'mixed-date-order';

/** Rules of a row as a whole. */
export type RowRule = 'no-consent' | 'duplicate-row' | 'repeated-row' | 'extra-cells' | 'shared-nhs-number';

/** One rule that a row can break, with what is told about it; one object per field and rule, however many rows. */
export interface RuleOfField {
  /** The name under which it is counted, such as `missing-consent` or `invalid-nhs-number`. */
  readonly code: string;
  readonly kind: RuleKind | RowRule;
  readonly severity: Severity;
  /** Undefined for a rule of the row. */
  readonly field: DatasetField | undefined;
  /** Column of the file, from 0; -1 where there is none. */
  readonly column: number;
  readonly message: string;
  readonly suggestion: string;
  /** Whether the error report may repeat the value to the provider that sent it. */
  readonly showsValue: boolean;
}

/** One rule broken by one row. */
export interface Finding {
  readonly rule: RuleOfField;
  /** The value as it stood in the file; null where nothing stood, or it is not to be shown. */
  readonly value: string | null;
}

const MAX_CODE = 80;

/** `missing` of field `nhs_number` is `missing-nhs-number`. */
export const ruleCode = (kind: RuleKind, field: string): string =>
  `${kind}-${field}`.replace(/_+/g, '-').slice(0, MAX_CODE).replace(/-+$/, '');

/** The rule of a field, with its message and its advice in the words of the field's title. */
export function ruleOfField(
  kind: RuleKind,
  severity: Severity,
  field: DatasetField,
  column: number,
  advice: { readonly message: string; readonly suggestion: string },
): RuleOfField {
  return {
    code: ruleCode(kind, field.name),
    kind,
    severity,
    field,
    column,
    ...advice,
    // What stands in a column of digests and is none may be the identifier that should never have left its source.
    showsValue: valueKindOf(field) !== 'digest',
  };
}

export function rowRule(code: RowRule, severity: Severity, message: string, suggestion: string): RuleOfField {
  return { code, kind: code, severity, field: undefined, column: -1, message, suggestion, showsValue: false };
}
