import type { Role } from '@kinledger/contracts';
import type { ColumnIdentifier, ColumnTarget, Dataset, DatasetField } from './definition/definition.js';
import { formatOf, type FieldFormat } from './definition/field-format.js';
import { valueKey } from './definition/header-key.js';
import type { Report } from './problem.js';
import { codedValues } from './definition/row-roles.js';
import { derivedKinds, isDerivedKind } from './definition/value-kind.js';

const machineWord = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Formats of direct identifiers in clear, which a dataset that is pseudonymised at source must not have. */
const clearFormats: ReadonlySet<FieldFormat> = new Set([
  'email',
  'mobile',
  'nhs-number',
  'postcode',
  'first-name',
  ...derivedKinds,
]);

/** The field types allowed for each fact; facts in words, such as sessionKind, are codes from a list. */
const factTypes: Readonly<
  Record<Extract<ColumnTarget, { to: 'fact' }>['name'], readonly DatasetField['type'][]>
> = {
  registeredOn: ['date'],
  eventDate: ['date'],
  sessionKind: ['string'],
  attended: ['boolean'],
  minutes: ['integer'],
  instrument: ['string'],
  measure: ['string'],
  occasion: ['string'],
  score: ['number', 'integer'],
  question: ['string'],
  rating: ['integer'],
  category: ['string'],
  item: ['string'],
  quantity: ['number', 'integer'],
  unit: ['string'],
};

/** Checks one field on its own, for the roles that rows of its dataset can have. */
export function checkField(
  field: DatasetField,
  dataset: Pick<Dataset, 'pseudonymisedAtSource'>,
  roles: readonly Role[],
  report: Report,
): void {
  checkConstraints(field, report);
  checkValueMap(field, report);
  checkSeverity(field, roles, report);
  field['x-kinledger'].identifiers.forEach((identifier, index) =>
    checkIdentifier(field, identifier, dataset, roles, (path, message) =>
      report(`x-kinledger.identifiers[${index}]${path}`, message),
    ),
  );
  if (field['x-kinledger'].target) checkTarget(field, field['x-kinledger'].target, report);
  const { identifiers, target } = field['x-kinledger'];
  if (isDerivedKind(formatOf(field)) && (identifiers.length > 0 || target !== undefined))
    report('x-kinledger', `a ${formatOf(field)} becomes derived tokens, and nothing else`);
  if (dataset.pseudonymisedAtSource && clearFormats.has(formatOf(field))) {
    report(
      formatPath(field),
      `a dataset that is pseudonymised at source cannot hold format "${formatOf(field)}"`,
    );
  }
}

function checkConstraints(field: DatasetField, report: Report): void {
  const { enum: values, minimum, maximum, maxLength } = field.constraints;
  const numeric = field.type === 'integer' || field.type === 'number';
  if (values && field.type !== 'string') report('constraints.enum', `only a string has a list of values`);
  if (values && new Set(values).size !== values.length) report('constraints.enum', 'a value is listed twice');
  if (!numeric && minimum !== undefined) report('constraints.minimum', `a ${field.type} has no minimum`);
  if (!numeric && maximum !== undefined) report('constraints.maximum', `a ${field.type} has no maximum`);
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    report('constraints', `minimum ${minimum} is above maximum ${maximum}`);
  }
  if (maxLength !== undefined && field.type !== 'string') {
    report('constraints.maxLength', `a ${field.type} has no length`);
  }
  checkFormat(field, report);
}

/** The path of a field's format. */
const formatPath = (field: DatasetField): string =>
  field['x-kinledger'].format === undefined ? 'format' : 'x-kinledger.format';

function checkFormat(field: DatasetField, report: Report): void {
  const own = field['x-kinledger'].format;
  if (!formatsOf[field.type].has(field.format)) {
    report('format', `a ${field.type} has no format "${field.format}"`);
  }
  if (own === undefined) return;
  if (field.type !== 'string') report('x-kinledger.format', `a ${field.type} has no format "${own}"`);
  if (field.format !== 'default') {
    report('x-kinledger.format', `the field has format "${field.format}" already: one of them says it`);
  }
}

/** The formats that Table Schema allows for each type. */
const formatsOf: Readonly<Record<DatasetField['type'], ReadonlySet<DatasetField['format']>>> = {
  string: new Set(['default', 'email']),
  integer: new Set(['default']),
  number: new Set(['default']),
  boolean: new Set(['default']),
  date: new Set(['default', 'any']),
};

function checkValueMap(field: DatasetField, report: Report): void {
  const map = field['x-kinledger'].valueMap;
  if (!map) return;
  const seen = new Map<string, string>();
  for (const [from, to] of Object.entries(map)) {
    const path = `x-kinledger.valueMap["${from}"]`;
    const key = valueKey(from);
    if (key === '') report(path, 'an empty value cannot be mapped');
    if (seen.has(key) && seen.get(key) !== to) report(path, `"${key}" is mapped to two values`);
    seen.set(key, to);
    if (field.constraints.enum && !field.constraints.enum.includes(to)) {
      report(path, `"${to}" is not in constraints.enum`);
    }
    if (field.type === 'boolean' && to !== 'true' && to !== 'false') {
      report(path, `a boolean is mapped to "true" or "false", not "${to}"`);
    }
    if ((field.type === 'integer' || field.type === 'number') && !Number.isFinite(Number(to))) {
      report(path, `"${to}" is no number`);
    }
  }
  if (field.type === 'date') report('x-kinledger.valueMap', 'a date has no value map');
}

function checkSeverity(field: DatasetField, roles: readonly Role[], report: Report): void {
  const { missing, consent } = field['x-kinledger'];
  if (field.constraints.required === true && missing === 'warning') {
    report('x-kinledger.missing', 'constraints.required makes a missing value an error, not a warning');
  }
  if (consent && field.type !== 'boolean') report('x-kinledger.consent', 'a consent column is a boolean');
  reportUnknownRoles(field['x-kinledger'].roles, roles, 'x-kinledger.roles', report);
}

function checkIdentifier(
  field: DatasetField,
  identifier: ColumnIdentifier,
  dataset: Pick<Dataset, 'pseudonymisedAtSource'>,
  roles: readonly Role[],
  report: Report,
): void {
  const { kind, use, form } = identifier;
  const uses = usesOf[kind];
  if (!uses.includes(use)) report('.use', `the use of a ${kind} is ${uses.join(' or ')}, not ${use}`);
  reportUnknownRoles(identifier.roles, roles, '.roles', report);
  if (use === 'carer' && (identifier.roles ?? roles).some((role) => role !== 'child')) {
    report('.roles', 'a carer’s identifier stands on rows of role child only');
  }
  if (form === 'digest') {
    if (formatOf(field) !== 'digest') report('.form', 'a digest needs a field of format "digest"');
    return;
  }
  if (kind === 'child-key') {
    report('.form', 'a child key in clear is made from the columns of childKey; only its digest is a column');
    return;
  }
  if (formatOf(field) === 'digest') report('.form', 'the field holds digests, so the form is "digest"');
  // Gender leaves as a coded attribute anyway, so a source has no reason to digest it.
  else if (dataset.pseudonymisedAtSource && kind !== 'gender') {
    report('.form', `a dataset that is pseudonymised at source holds a ${kind} as a digest only`);
  } else if (!fits(field, kind)) report('.kind', `${fieldFor[kind]} holds a ${kind}`);
}

const usesOf: Readonly<Record<ColumnIdentifier['kind'], readonly ColumnIdentifier['use'][]>> = {
  'nhs-number': ['identity', 'carer'],
  'child-key': ['identity'],
  email: ['identity', 'carer'],
  mobile: ['identity', 'carer'],
  'birth-date': ['guard'],
  gender: ['guard'],
  'case-number': ['local'],
};

type ClearKind = Exclude<ColumnIdentifier['kind'], 'child-key'>;

const fieldFor: Readonly<Record<ClearKind, string>> = {
  'nhs-number': 'a string of format "nhs-number"',
  email: 'a string of format "email"',
  mobile: 'a string of format "mobile"',
  'birth-date': 'a date',
  gender: 'a string whose values are F, M or X',
  'case-number': 'a string of format "case-number"',
};

function fits(field: DatasetField, kind: ClearKind): boolean {
  switch (kind) {
    case 'nhs-number':
    case 'email':
    case 'mobile':
    case 'case-number':
      return formatOf(field) === kind;
    case 'birth-date':
      return field.type === 'date';
    case 'gender':
      return isGender(field);
  }
}

export const isGender = (field: DatasetField): boolean =>
  codedValues(field)?.every((value) => value === 'F' || value === 'M' || value === 'X') ?? false;

function checkTarget(field: DatasetField, target: ColumnTarget, report: Report): void {
  switch (target.to) {
    case 'attribute':
      if (target.name === 'birthMonth' || target.name === 'lsoa') {
        report('x-kinledger.target.name', `attribute ${target.name} has a target of its own`);
      }
      // An attribute reaches the platform zone: free text could carry a name there.
      if (field.type === 'string' && codedValues(field) === undefined) {
        report(
          'x-kinledger.target',
          'an attribute needs constraints.enum or a valueMap: free text stays behind',
        );
      }
      if (field.type === 'date')
        report('x-kinledger.target', 'a date is no attribute: use a fact or birth-month');
      return;
    case 'birth-month':
      if (field.type !== 'date' && formatOf(field) !== 'birth-month') {
        report('x-kinledger.target', 'birth-month needs a date or a string of format "birth-month"');
      }
      return;
    case 'lsoa':
      if (formatOf(field) !== 'postcode' && formatOf(field) !== 'lsoa') {
        report('x-kinledger.target', 'lsoa needs a string of format "postcode" or "lsoa"');
      }
      return;
    case 'fact':
      checkFact(field, target, report);
      return;
    case 'measure':
      checkMeasure(field, target, report);
      return;
    case 'role':
      if (codedValues(field) === undefined) {
        report('x-kinledger.target', 'the role column needs constraints.enum or a valueMap');
      }
      for (const value of codedValues(field) ?? []) {
        if (!roleNames.has(value)) report('x-kinledger.target', `"${value}" is no role`);
      }
  }
}

const roleNames: ReadonlySet<string> = new Set<Role>(['child', 'adult', 'practitioner', 'volunteer', 'none']);
const inputCategories: ReadonlySet<string> = new Set(['financial', 'human', 'material', 'activity']);

function checkFact(field: DatasetField, target: Extract<ColumnTarget, { to: 'fact' }>, report: Report): void {
  const types = factTypes[target.name];
  if (!types.includes(field.type)) {
    report('x-kinledger.target', `fact ${target.name} needs type ${types.join(' or ')}, not ${field.type}`);
    return;
  }
  if (field.type !== 'string') return;
  const values = codedValues(field);
  if (values === undefined) {
    report(
      'x-kinledger.target',
      `fact ${target.name} needs constraints.enum or a valueMap: free text stays behind`,
    );
    return;
  }
  for (const value of values) {
    const known = target.name === 'category' ? inputCategories.has(value) : machineWord.test(value);
    if (!known) report('x-kinledger.target', `"${value}" is no code for fact ${target.name}`);
  }
}

function checkMeasure(
  field: DatasetField,
  { scores }: Extract<ColumnTarget, { to: 'measure' }>,
  report: Report,
): void {
  if (field.type === 'integer' || field.type === 'number') {
    if (scores !== undefined) report('x-kinledger.target.scores', 'a number is its own score');
    return;
  }
  const values = field.type === 'string' ? codedValues(field) : undefined;
  if (values === undefined || scores === undefined) {
    report('x-kinledger.target', 'a measure is a number, or a coded string with "scores" for its codes');
    return;
  }
  for (const code of Object.keys(scores)) {
    if (!values.includes(code)) report(`x-kinledger.target.scores["${code}"]`, 'the field has no such code');
  }
}

function reportUnknownRoles(
  listed: readonly Role[] | undefined,
  roles: readonly Role[],
  path: string,
  report: Report,
): void {
  for (const role of listed ?? []) {
    if (!roles.includes(role)) report(path, `no row of this dataset has role "${role}"`);
  }
}
