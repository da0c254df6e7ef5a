import { valueKindOf, type DatasetField, type Severity } from '@kinledger/programme/definition';

/** Kinds of findings about a value, without the field. */
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
  | 'day-first'
  | 'two-digit-year'
  | 'year-out-of-range'
  | 'time-of-day'
  | 'day-number'
  | 'incomplete-date'
  | 'future-date'
  | 'outside-period'
  | 'far-outside-period'
  | 'implausible-age'
  | 'mixed-date-order'
  | 'undecided-date-order'
  | 'from-day-number'
  | 'zero-restored';

/** Rules for a whole row. */
export type RowRule = 'no-consent' | 'duplicate-row' | 'repeated-row' | 'extra-cells' | 'shared-nhs-number';

/** A rule that a row can break, with its message; one object per field and rule, shared by all rows. */
export interface RuleOfField {
  /** The code under which it is counted, such as `missing-consent` or `invalid-nhs-number`. */
  readonly code: string;
  readonly kind: RuleKind | RowRule | 'declared';
  readonly severity: Severity;
  /** Undefined for a rule for a whole row. */
  readonly field: DatasetField | undefined;
  /** Column of the file, from 0; -1 if there is none. */
  readonly column: number;
  readonly message: string;
  readonly suggestion: string;
  /** Whether the error report may repeat the value to the provider that sent it. */
  readonly showsValue: boolean;
}

/** One rule broken by one row. */
export interface Finding {
  readonly rule: RuleOfField;
  /** The value as in the file; null if the cell was empty or the value must not be shown. */
  readonly value: string | null;
}

const MAX_CODE = 80;

/** The code of a rule and a field: `missing-nhs-number` for `missing` and `nhs_number`. */
export const ruleCode = (kind: RuleKind, field: string): string =>
  `${kind}-${field}`.replace(/_+/g, '-').slice(0, MAX_CODE).replace(/-+$/, '');

/** The rule for a field, with message and advice that name the field's title. */
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
    // A text in a digest column that is not a digest may be an identifier that should not have left its source.
    showsValue: holdsNoDigest(field),
  };
}

export function rowRule(code: RowRule, severity: Severity, message: string, suggestion: string): RuleOfField {
  return { code, kind: code, severity, field: undefined, column: -1, message, suggestion, showsValue: false };
}

/** A rule that the schema declares. Its name is its code. */
export const declaredRule = (
  code: string,
  severity: Severity,
  about: Pick<RuleOfField, 'field' | 'column' | 'message' | 'suggestion'>,
): RuleOfField => ({
  code,
  kind: 'declared',
  severity,
  ...about,
  showsValue: about.field !== undefined && holdsNoDigest(about.field),
});

const holdsNoDigest = (field: DatasetField): boolean =>
  !['digest', 'derived-digests'].includes(valueKindOf(field));
