import type { Role } from '@kinledger/contracts';
import { valueKey, type DatasetField, type Severity } from '@kinledger/programme';
import { adviceOn } from './advice.js';
import { ruleOfField, type Finding, type RuleKind, type RuleOfField } from './finding.js';
import { valueFormOf, type ValueForm } from './value-form.js';

/** What the dates of a file are measured by. Days are yyyy-mm-dd; `end` is the day after the period's last. */
export interface FileDates {
  readonly today: string;
  readonly period: { readonly start: string; readonly end: string };
  /** True for an extract that holds all rows there ever were: earlier dates are its nature. */
  readonly holdsEarlierRows: boolean;
}

/** Checks one field of a row: returns the value that is kept, or null, and adds what it finds. */
export interface FieldCheck {
  readonly field: DatasetField;
  /** Every rule that this field can break. */
  readonly rules: readonly RuleOfField[];
  check(cell: string | undefined, role: Role | undefined, findings: Finding[]): string | null;
}

/** What exports write where there is nothing. */
const nothing: ReadonlySet<string> = new Set(['null', '#n/a', 'n/a', '(blank)']);
const isNothing = (text: string) => text.length <= 7 && nothing.has(text.toLowerCase());
const likeADate = /^\d{1,4}([/.\- ])\d{1,2}\1\d{1,4}(?:[T ].*)?$/;
/** Values that recur, such as codes and dates, are looked at once; others, and long ones, pass through. */
const REMEMBERED = 4096;
const REMEMBERED_LENGTH = 100;

type Outcome = { readonly value: string | null; readonly broken: readonly RuleOfField[] };

export function fieldCheck(field: DatasetField, column: number, dates: FileDates): FieldCheck {
  const extension = field['x-kinledger'];
  const rules = new Map<RuleKind, RuleOfField>();
  const rule = (kind: RuleKind, severity: Severity): RuleOfField => {
    const made = rules.get(kind) ?? ruleOfField(kind, severity, field, column, adviceOn(kind, field));
    rules.set(kind, made);
    return made;
  };
  const missingSeverity = severityOfMissing(field);
  const missing = missingSeverity === undefined ? undefined : rule('missing', missingSeverity);
  const examine = examinerOf(field, dates, rule);
  const remembered = recurs(field) ? new Map<string, Outcome>() : undefined;
  const outcomeOf = (text: string, cellLength: number): Outcome => {
    const known = remembered?.get(text);
    if (known !== undefined) return known;
    const outcome = examine(text);
    // A trimmed text may keep the whole cell alive.
    if (remembered !== undefined && cellLength <= REMEMBERED_LENGTH) {
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(text, outcome);
    }
    return outcome;
  };
  return {
    field,
    rules: [...rules.values()],
    check(cell, role, findings) {
      const text = cell === undefined ? '' : cell.trim();
      if (text === '' || (isNothing(text) && outcomeOf(text, text.length).value === null)) {
        const needed =
          extension.roles === undefined || (role !== undefined && extension.roles.includes(role));
        if (missing !== undefined && needed) findings.push({ rule: missing, value: null });
        return null;
      }
      const { value, broken } = outcomeOf(text, cell?.length ?? 0);
      for (const one of broken) findings.push({ rule: one, value: one.showsValue ? text : null });
      return value;
    },
  };
}

/** Consent that is not there is not given. */
function severityOfMissing(field: DatasetField): Severity | undefined {
  const { missing, consent } = field['x-kinledger'];
  return missing ?? (consent || field.constraints.required === true ? 'error' : undefined);
}

const recurs = (field: DatasetField): boolean =>
  field.type === 'date' || field.type === 'boolean' || field.type === 'integer' || isCoded(field);
const isCoded = (field: DatasetField): boolean =>
  field.constraints.enum !== undefined || field['x-kinledger'].valueMap !== undefined;

function examinerOf(
  field: DatasetField,
  dates: FileDates,
  rule: (kind: RuleKind, severity: Severity) => RuleOfField,
): (text: string) => Outcome {
  const { invalid, valueMap = {} } = field['x-kinledger'];
  const mapped = new Map(Object.entries(valueMap).map(([from, to]) => [valueKey(from), to]));
  const formed: ValueForm = valueFormOf(field);
  const refused = {
    form: rule(isCoded(field) && field.type === 'string' ? 'unlisted' : 'invalid', invalid),
    date: field.type === 'date' ? rule('unreal-date', invalid) : undefined,
  };
  const bounds = boundsOf(field, rule, invalid);
  const warnings = dateWarnings(field, dates, rule);
  return (text) => {
    const value = formed((mapped.size === 0 ? undefined : mapped.get(valueKey(text))) ?? text);
    if (value === undefined) {
      const broken = refused.date !== undefined && likeADate.test(text) ? refused.date : refused.form;
      return { value: null, broken: [broken] };
    }
    const outside = bounds(value);
    if (outside !== undefined) return { value: null, broken: [outside] };
    return { value, broken: warnings(value) };
  };
}

function boundsOf(
  field: DatasetField,
  rule: (kind: RuleKind, severity: Severity) => RuleOfField,
  severity: Severity,
): (value: string) => RuleOfField | undefined {
  const { minimum, maximum, maxLength } = field.constraints;
  if (minimum !== undefined || maximum !== undefined) {
    const outOfRange = rule('out-of-range', severity);
    return (value) => {
      const number = Number(value);
      return number < (minimum ?? -Infinity) || number > (maximum ?? Infinity) ? outOfRange : undefined;
    };
  }
  if (maxLength !== undefined) {
    const tooLong = rule('too-long', severity);
    return (value) => (value.length > maxLength ? tooLong : undefined);
  }
  return () => undefined;
}

/** Dates that are kept and doubted: a due date may lie ahead, a birth or a session may not. */
function dateWarnings(
  field: DatasetField,
  dates: FileDates,
  rule: (kind: RuleKind, severity: Severity) => RuleOfField,
): (value: string) => readonly RuleOfField[] {
  const { target, identifiers } = field['x-kinledger'];
  const happened =
    field.type === 'date' &&
    (target?.to === 'fact' ||
      target?.to === 'birth-month' ||
      identifiers.some(({ kind }) => kind === 'birth-date'));
  if (!happened) return () => [];
  const future = rule('future-date', 'warning');
  const isEvent = target?.to === 'fact' && target.name === 'eventDate';
  const outside = isEvent ? rule('outside-period', 'warning') : undefined;
  const earliest = dates.holdsEarlierRows ? '' : dates.period.start;
  return (value) => {
    const broken: RuleOfField[] = [];
    if (value > dates.today) broken.push(future);
    if (outside !== undefined && (value < earliest || value >= dates.period.end)) broken.push(outside);
    return broken;
  };
}
