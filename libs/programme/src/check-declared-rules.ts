import {
  fieldsOf,
  type Condition,
  type DeclaredRules,
  type ValueCondition,
} from './definition/declared-rules.js';
import type { DatasetField, DatasetSchema } from './definition/definition.js';
import { codedValues } from './definition/row-roles.js';
import { valueKindOf, type ValueKind } from './definition/value-kind.js';
import type { Report } from './problem.js';

/** Checks that a schema’s declared rules speak of its fields, and of values that these can have. */
export function checkDeclaredRules(schema: DatasetSchema, report: Report): void {
  const rules = schema['x-kinledger'].rules;
  if (rules === undefined) return;
  const fields = new Map(schema.fields.map((field) => [field.name, field]));
  const base = 'x-kinledger.rules';
  const known = (path: string, ...names: readonly string[]) => {
    for (const name of names) if (!fields.has(name)) report(`${base}.${path}`, `no field "${name}"`);
  };
  checkNamesOf(rules, (path, message) => report(`${base}.${path}`, message));
  rules.rows.forEach((rule, index) => {
    const path = `rows[${index}]`;
    const conditions = [rule.when, rule.expect].filter((each) => each !== undefined);
    known(path, ...conditions.flatMap(fieldsOf), ...(rule.field === undefined ? [] : [rule.field]));
    for (const each of conditions) checkValues(each, fields, (message) => report(`${base}.${path}`, message));
    rule.drops?.forEach((name, nth) => checkDrop(name, fields.get(name), (message) => report(`${base}.${path}.drops[${nth}]`, message))); // prettier-ignore
  });
  rules.groups.forEach(({ by, same }, index) =>
    known(`groups[${index}]`, ...by, ...(same === undefined ? [] : [same])),
  );
  rules.file.forEach(({ field }, index) => known(`file[${index}]`, field));
  rules.fill.forEach((fill, index) => {
    known(`fill[${index}]`, fill.field, ...('from' in fill ? [fill.from] : []));
    checkFill(fields.get(fill.field), 'from' in fill ? fields.get(fill.from) : undefined, (message) =>
      report(`${base}.fill[${index}]`, message),
    );
  });
}

function checkNamesOf(rules: DeclaredRules, report: Report): void {
  const names = new Set<string>();
  for (const part of ['rows', 'groups', 'file'] as const)
    rules[part].forEach(({ name }, index) => {
      if (names.has(name)) report(`${part}[${index}].name`, `rule "${name}" is defined twice`);
      names.add(name);
    });
}

const comparable: ReadonlySet<ValueKind> = new Set(['date', 'birth-date', 'integer', 'number']);
const isNumber = (kind: ValueKind): boolean => kind === 'integer' || kind === 'number';

function checkValues(
  of: Condition,
  fields: ReadonlyMap<string, DatasetField>,
  report: (message: string) => void,
): void {
  if ('all' in of) for (const each of of.all) checkValues(each, fields, report);
  else if ('any' in of) for (const each of of.any) checkValues(each, fields, report);
  else if ('not' in of) checkValues(of.not, fields, report);
  else checkValue(of, fields, report);
}

function checkValue(
  of: ValueCondition,
  fields: ReadonlyMap<string, DatasetField>,
  report: (message: string) => void,
): void {
  const field = fields.get(of.field);
  if (field === undefined) return;
  if ('is' in of) {
    const values = codedValues(field);
    for (const value of of.is)
      if (values !== undefined && !values.includes(value))
        report(`"${value}" is no value of field "${field.name}"`);
    return;
  }
  if ('filled' in of) return;
  const limit = 'sameAs' in of ? { field: of.sameAs } : 'atLeast' in of ? of.atLeast : of.atMost;
  const kind = valueKindOf(field);
  if (!('sameAs' in of) && !comparable.has(kind)) {
    report(`field "${field.name}" has no order: only dates and numbers are compared`);
    return;
  }
  const otherField = typeof limit === 'object' ? fields.get(limit.field) : undefined;
  if (typeof limit === 'object') {
    const other = otherField && valueKindOf(otherField);
    if (other !== undefined && !isAlike(kind, other))
      report(`fields "${field.name}" and "${otherField?.name ?? ''}" cannot be compared`);
  } else if (isNumber(kind) !== (typeof limit === 'number')) {
    report(`field "${field.name}" cannot be compared with ${JSON.stringify(limit)}`);
  }
}

const isAlike = (one: ValueKind, other: ValueKind): boolean =>
  one === other ||
  (isNumber(one) && isNumber(other)) ||
  (comparable.has(one) && comparable.has(other) && !isNumber(one) && !isNumber(other));

/** A value that a row cannot do without is not dropped. */
function checkDrop(name: string, field: DatasetField | undefined, report: (message: string) => void): void {
  if (field === undefined) report(`no field "${name}"`);
  else if (field['x-kinledger'].consent || field.constraints.required === true)
    report(`a row needs a value in "${name}": make the rule an error`);
}

function checkFill(
  field: DatasetField | undefined,
  from: DatasetField | undefined,
  report: (message: string) => void,
): void {
  if (field === undefined) return;
  const { consent, identifiers } = field['x-kinledger'];
  if (consent) report('nobody consents for somebody else: the consent column is not filled');
  if (identifiers.length > 0)
    report(`"${field.name}" is an identifier: one value for many rows would make them one person`);
  if (from !== undefined && !isAlike(valueKindOf(field), valueKindOf(from)))
    report(`"${from.name}" holds values of another kind than "${field.name}"`);
}
