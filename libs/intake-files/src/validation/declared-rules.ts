import type {
  Condition,
  DatasetSchema,
  DeclaredGroupRule,
  DeclaredRowRule,
  DeclaredRules,
  ValueCondition,
} from '@kinledger/programme/definition';
import { FingerprintHolders } from './fingerprint-holders.js';
import { declaredRule, type Finding, type RuleOfField } from './finding.js';

type Values = readonly (string | null)[];

/** Whether a condition holds for a row; undefined if a value that decides it is missing. */
type Test = (values: Values) => boolean | undefined;

/** The text of a field’s cell, as in the file. */
type TextOf = (field: number) => string | null;

interface RowCheck {
  readonly rule: RuleOfField;
  readonly field: number;
  readonly applies: Test | undefined;
  readonly expects: Test;
  readonly drops: readonly number[];
}

interface GroupCheck {
  readonly rule: RuleOfField;
  readonly by: readonly number[];
  readonly same: number;
  readonly holders: FingerprintHolders;
  rows: number;
}

interface FileCheck {
  readonly rule: RuleOfField;
  readonly field: number;
  readonly filledAtLeast: number;
  filled: number;
}

interface Filling {
  readonly field: number;
  readonly value: string | undefined;
  readonly from: number;
  readonly rule: RuleOfField;
}

/** Applies what a schema declares about rows, groups of rows and files. It keeps a few bytes of each group. */
export class DeclaredRulesCheck {
  readonly rules: readonly RuleOfField[];
  readonly #rows: readonly RowCheck[];
  readonly #groups: readonly GroupCheck[];
  readonly #file: readonly FileCheck[];
  readonly #fill: readonly Filling[];
  #accepted = 0;

  /**
   * @param columnOf column of each field, from 0; -1 if there is none.
   * @param canonical brings a value that a schema declares to the form that values of a file have.
   */
  constructor(
    schema: DatasetSchema,
    columnOf: readonly number[],
    canonical: (field: number, text: string) => string | null,
  ) {
    const declared: DeclaredRules = schema['x-kinledger'].rules ?? {
      rows: [],
      groups: [],
      file: [],
      fill: [],
    };
    const indexes = new Map(schema.fields.map(({ name }, index) => [name, index]));
    const indexOf = (name: string | undefined): number =>
      name === undefined ? -1 : (indexes.get(name) ?? -1);
    const ruleOf = (
      { name, message, suggestion }: Pick<DeclaredRowRule, 'name' | 'message' | 'suggestion'>,
      severity: DeclaredRowRule['severity'],
      field: number,
    ) =>
      declaredRule(name, severity, { field: schema.fields[field], column: columnOf[field] ?? -1, message, suggestion }); // prettier-ignore
    this.#rows = declared.rows.map((rule) => ({
      rule: ruleOf(rule, rule.severity, indexOf(rule.field)),
      field: indexOf(rule.field),
      applies: rule.when === undefined ? undefined : testOf(rule.when, schema, indexOf),
      expects: testOf(rule.expect, schema, indexOf),
      drops: (rule.drops ?? []).map(indexOf),
    }));
    this.#groups = declared.groups.map((rule: DeclaredGroupRule) => ({
      rule: ruleOf(rule, rule.severity, indexOf(rule.same)),
      by: rule.by.map(indexOf),
      same: indexOf(rule.same),
      holders: new FingerprintHolders(),
      rows: 0,
    }));
    this.#file = declared.file.map((rule) => ({
      rule: ruleOf(rule, 'warning', indexOf(rule.field)),
      field: indexOf(rule.field),
      filledAtLeast: rule.filledAtLeast,
      filled: 0,
    }));
    this.#fill = declared.fill.map((fill) => {
      const field = indexOf(fill.field);
      const title = schema.fields[field]?.title ?? fill.field;
      const told = {
        name: `filled-${fill.field.replaceAll('_', '-')}`,
        message: `${title} was empty, and was filled as the dataset declares.`,
        suggestion: '',
      };
      return {
        field,
        value: 'value' in fill ? (canonical(field, fill.value) ?? undefined) : undefined,
        from: indexOf('from' in fill ? fill.from : undefined),
        rule: ruleOf(told, 'warning', field),
      };
    });
    this.rules = [...this.#rows, ...this.#groups, ...this.#file, ...this.#fill].map(({ rule }) => rule);
  }

  /**
   * Fills gaps of a row. A value that could not be read leaves none.
   * @returns the rules by which it did; they are no faults of the row.
   */
  fill(values: (string | null)[], findings: readonly Finding[]): readonly RuleOfField[] {
    if (this.#fill.length === 0) return [];
    return this.#fill.flatMap(({ field, value, from, rule }) => {
      if ((values[field] ?? null) !== null) return [];
      const filled = value ?? values[from] ?? null;
      if (filled === null || findings.some((found) => isUnread(found.rule, rule))) return [];
      values[field] = filled;
      return [rule];
    });
  }

  /** Applies the rules about one row, and removes the values that they drop. */
  row(values: (string | null)[], textOf: TextOf, findings: Finding[]): void {
    for (const { rule, field, applies, expects, drops } of this.#rows) {
      if (applies !== undefined && applies(values) !== true) continue;
      if (expects(values) !== false) continue;
      findings.push({ rule, value: rule.showsValue && field >= 0 ? textOf(field) : null });
      for (const dropped of drops) values[dropped] = null;
    }
  }

  /** Applies the rules about groups to a row without errors. */
  group(values: Values, textOf: TextOf, findings: Finding[]): void {
    for (const check of this.#groups) {
      const key = check.by.map((field) => values[field] ?? null);
      if (key.includes(null)) continue;
      const holder = check.same < 0 ? String((check.rows += 1)) : (values[check.same] ?? null);
      if (holder === null || check.holders.isFirstHolder(JSON.stringify(key), holder)) continue;
      const { rule, same } = check;
      findings.push({ rule, value: rule.showsValue && same >= 0 ? textOf(same) : null });
    }
  }

  /** Counts an accepted row for the rules about the file. */
  accept(values: Values): void {
    this.#accepted += 1;
    for (const check of this.#file) if ((values[check.field] ?? null) !== null) check.filled += 1;
  }

  /** Rules about the file that it breaks, each with the number of rows without a value. */
  ofFile(): readonly { readonly rule: RuleOfField; readonly rows: number }[] {
    return this.#file.flatMap(({ rule, filled, filledAtLeast }) =>
      filled < this.#accepted * filledAtLeast ? [{ rule, rows: this.#accepted - filled }] : [],
    );
  }
}

/** Whether a rule says that a value stands in the field of the other, and could not be read. */
const isUnread = ({ kind, field }: RuleOfField, { field: of }: RuleOfField): boolean =>
  field === of && kind !== 'missing';

function testOf(of: Condition, schema: DatasetSchema, indexOf: (name: string) => number): Test {
  if ('not' in of) {
    const inner = testOf(of.not, schema, indexOf);
    return (values) => {
      const held = inner(values);
      return held === undefined ? undefined : !held;
    };
  }
  if ('all' in of) {
    const all = of.all.map((each) => testOf(each, schema, indexOf));
    return (values) => decided(all, values, false);
  }
  if ('any' in of) {
    const any = of.any.map((each) => testOf(each, schema, indexOf));
    return (values) => decided(any, values, true);
  }
  return valueTest(of, schema, indexOf);
}

/** One result that equals `decisive` decides; else one that is missing leaves it open. */
function decided(tests: readonly Test[], values: Values, decisive: boolean): boolean | undefined {
  let result: boolean | undefined = !decisive;
  for (const test of tests) {
    const held = test(values);
    if (held === decisive) return decisive;
    if (held === undefined) result = undefined;
  }
  return result;
}

function valueTest(of: ValueCondition, schema: DatasetSchema, indexOf: (name: string) => number): Test {
  const field = indexOf(of.field);
  const valueOf = (values: Values, index: number) => values[index] ?? undefined;
  if ('filled' in of) return (values) => (valueOf(values, field) !== undefined) === of.filled;
  if ('is' in of) {
    const among = new Set(of.is);
    return (values) => {
      const value = valueOf(values, field);
      return value === undefined ? undefined : among.has(value);
    };
  }
  if ('sameAs' in of) {
    const other = indexOf(of.sameAs);
    return (values) => {
      const one = valueOf(values, field);
      const two = valueOf(values, other);
      return one === undefined || two === undefined ? undefined : one === two;
    };
  }
  const isAtLeast = 'atLeast' in of;
  const limit = isAtLeast ? of.atLeast : of.atMost;
  const limitOf =
    typeof limit === 'object'
      ? (
          (other) => (values: Values) =>
            valueOf(values, other)
        )(indexOf(limit.field))
      : () => String(limit);
  // Days in the form yyyy-mm-dd sort as texts.
  const isDay = schema.fields[field]?.type === 'date';
  return (values) => {
    const value = valueOf(values, field);
    const against = limitOf(values);
    if (value === undefined || against === undefined) return undefined;
    if (isDay) return isAtLeast ? value >= against : value <= against;
    return isAtLeast ? Number(value) >= Number(against) : Number(value) <= Number(against);
  };
}
