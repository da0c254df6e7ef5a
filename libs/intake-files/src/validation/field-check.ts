import type { Role } from '@kinledger/contracts';
import type { DateOrder } from '@kinledger/domain/identifiers';
import { isBirthDate, valueKey, type DatasetField, type Severity } from '@kinledger/programme/definition';
import { adviceOn } from './advice.js';
import { DateOrders } from './date-order.js';
import { isEventDate } from './day-form.js';
import { ruleOfField, type Finding, type RuleKind, type RuleOfField } from './finding.js';
import { isFarOutside, type FileDates } from './file-dates.js';
import { kindOfValue, type FormOptions, type ReadValue } from './value-form.js';

/** Checks one field of a row: returns the value to keep, or null, and adds its findings. */
export interface FieldCheck {
  readonly field: DatasetField;
  /** Every rule that this field can break. */
  readonly rules: readonly RuleOfField[];
  /** Number of dates so far by order of day and month; undefined for a field without days. */
  readonly dateOrders: DateOrders | undefined;
  /** The rule for a birth date that is implausible for the row's role; undefined for other fields. */
  readonly implausibleAge: RuleOfField | undefined;
  check(cell: string | undefined, role: Role | undefined, findings: Finding[]): string | null;
}

/** Size of the cache of recurring values, such as codes and dates; other values, and long ones, are not cached. */
const REMEMBERED = 4096;
const REMEMBERED_LENGTH = 100;

interface Outcome {
  readonly value: string | null;
  readonly broken: readonly RuleOfField[];
  /** Whether the text means "no value". */
  readonly isNothing?: boolean;
  readonly order?: DateOrder | undefined;
}
type RuleFor = (kind: RuleKind, severity?: Severity) => RuleOfField;

export function fieldCheck(
  field: DatasetField,
  column: number,
  dates: FileDates,
  options: FormOptions,
): FieldCheck {
  const extension = field['x-kinledger'];
  const rules = new Map<RuleKind, RuleOfField>();
  const rule: RuleFor = (kind, severity = severityOf(kind, field)) => {
    const made =
      rules.get(kind) ??
      ruleOfField(kind, severity, field, column, adviceOn(kind, field, dates.plausibility));
    rules.set(kind, made);
    return made;
  };
  const missing = severityOfMissing(field) === undefined ? undefined : rule('missing');
  const examine = examinerOf(field, dates, options, rule);
  const hasDays = field.type === 'date';
  const dateOrders = hasDays ? new DateOrders(options.reading?.order) : undefined;
  const { recurs, saysNothing } = kindOfValue(field);
  const remembered = recurs ? new Map<string, Outcome>() : undefined;
  const outcomeOf = (text: string, cellLength: number): Outcome => {
    const known = remembered?.get(text);
    if (known !== undefined) return known;
    const examined = options.missingValues?.has(text.toLowerCase()) === true ? nothing : examine(text);
    const outcome = saysNothing(text, examined.value, examined.broken) ? nothing : examined;
    // A trimmed text may keep the whole cell in memory.
    if (remembered !== undefined && cellLength <= REMEMBERED_LENGTH) {
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(text, outcome);
    }
    return outcome;
  };
  return {
    field,
    rules: [...rules.values()],
    dateOrders,
    implausibleAge: rules.get('implausible-age'),
    check(cell, role, findings) {
      const text = cell === undefined ? '' : cell.trim();
      const { value, broken, order, isNothing } = text === '' ? nothing : outcomeOf(text, cell?.length ?? 0);
      const needed = extension.roles === undefined || (role !== undefined && extension.roles.includes(role));
      if (isNothing === true) {
        // A word such as n/a shows which cell is meant.
        const shown = text !== '' && missing?.showsValue === true ? text : null;
        if (missing !== undefined && needed) findings.push({ rule: missing, value: shown });
        return null;
      }
      if (order !== undefined) dateOrders?.add(order, text);
      for (const one of broken) {
        // An adult's row may have an initial, because no child key is made from it.
        if (one.kind === 'initials' && !needed) continue;
        findings.push({ rule: one, value: one.showsValue ? text : null });
      }
      return value;
    },
  };
}

const nothing: Outcome = { value: null, broken: [], isNothing: true };

/** The severity of a missing value. Missing consent counts as not given. */
function severityOfMissing(field: DatasetField): Severity | undefined {
  const { missing, consent } = field['x-kinledger'];
  return missing ?? (consent || field.constraints.required === true ? 'error' : undefined);
}

/**
 * The severity of a rule. A kept value or a placeholder only warns; a spelling of "no value" has the severity of a
 * missing value.
 */
function severityOf(kind: RuleKind, field: DatasetField): Severity {
  switch (kind) {
    case 'missing':
    case 'placeholder':
      return severityOfMissing(field) ?? 'warning';
    case 'repaired':
    case 'not-known':
    case 'initials':
    case 'outside-period':
    case 'implausible-age':
    case 'mixed-date-order':
    case 'undecided-date-order':
    case 'from-day-number':
    case 'zero-restored':
      return 'warning';
    case 'future-date':
    case 'far-outside-period':
      // An event needs its date; any other date is optional.
      return isEventDate(field) ? 'error' : 'warning';
    default:
      return field['x-kinledger'].invalid;
  }
}

function examinerOf(
  field: DatasetField,
  dates: FileDates,
  options: FormOptions,
  rule: RuleFor,
): (text: string) => Outcome {
  const { valueMap = {} } = field['x-kinledger'];
  const mapped = new Map(Object.entries(valueMap).map(([from, to]) => [valueKey(from), to]));
  const { formOf, doubts } = kindOfValue(field);
  const form = formOf(field, options);
  const told = new Map(doubts.map((kind) => [kind, [rule(kind)]]));
  const bounds = boundsOf(field, rule);
  const doubtsOfDay = dayDoubts(field, dates, rule);
  return (text) => {
    const formed = form((mapped.size === 0 ? undefined : mapped.get(valueKey(text))) ?? text);
    const { value, rule: doubt, order }: ReadValue = typeof formed === 'string' ? { value: formed } : formed;
    const broken = doubt === undefined ? [] : (told.get(doubt) ?? [rule(doubt)]);
    if (value === null) return { value, broken, order };
    const outside = bounds(value);
    if (outside !== undefined) return { value: null, broken: [...broken, outside], order };
    const ofDay = doubtsOfDay(value);
    if (ofDay === undefined) return { value, broken, order };
    return { value: ofDay.value, broken: [...broken, ...ofDay.broken], order };
  };
}

function boundsOf(field: DatasetField, rule: RuleFor): (value: string) => RuleOfField | undefined {
  const { minimum, maximum, maxLength } = field.constraints;
  if (minimum !== undefined || maximum !== undefined) {
    const outOfRange = rule('out-of-range');
    return (value) => {
      const number = Number(value);
      return number < (minimum ?? -Infinity) || number > (maximum ?? Infinity) ? outOfRange : undefined;
    };
  }
  if (maxLength !== undefined) {
    const tooLong = rule('too-long');
    return (value) => (value.length > maxLength ? tooLong : undefined);
  }
  return () => undefined;
}

/**
 * Rules for a day in the past: a due date may be in the future, a birth or a session may not. An event outside the
 * period is kept with a warning; one in the future, or long before or after the period, is an error.
 */
function dayDoubts(
  field: DatasetField,
  dates: FileDates,
  rule: RuleFor,
): (value: string) => Outcome | undefined {
  const { target } = field['x-kinledger'];
  if (isBirthDate(field)) rule('implausible-age');
  const happened = field.type === 'date' && (target?.to === 'fact' || isBirthDate(field));
  if (!happened) return () => undefined;
  const future: Outcome = { value: null, broken: [rule('future-date')] };
  if (isBirthDate(field)) return (value) => (value > dates.today ? future : undefined);
  const farOutside: Outcome = { value: null, broken: [rule('far-outside-period')] };
  if (!isEventDate(field)) {
    // A person who attends now may have been registered long ago.
    const sinceLongAgo = { ...dates, holdsEarlierRows: true };
    return (value) => {
      if (value > dates.today) return future;
      return isFarOutside(value, sinceLongAgo) ? farOutside : undefined;
    };
  }
  const outside = [rule('outside-period')];
  const earliest = dates.holdsEarlierRows ? '' : dates.period.start;
  return (value) => {
    if (value > dates.today) return future;
    if (value >= earliest && value < dates.period.end) {
      return dates.holdsEarlierRows && isFarOutside(value, dates) ? farOutside : undefined;
    }
    return isFarOutside(value, dates) ? farOutside : { value, broken: outside };
  };
}
