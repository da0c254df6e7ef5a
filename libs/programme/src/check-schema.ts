import { MAX_MEASUREMENTS, type DataType, type Role } from '@kinledger/contracts';
import { checkDeclaredRules } from './check-declared-rules.js';
import { checkField, isGender } from './check-field.js';
import type {
  ColumnIdentifier,
  ColumnTarget,
  Dataset,
  DatasetField,
  DatasetSchema,
  Service,
} from './definition/definition.js';
import { formatOf } from './definition/field-format.js';
import { headerKey } from './definition/header-key.js';
import type { Report } from './problem.js';
import { codedValues, rolesOf } from './definition/row-roles.js';
import { isDerivedKind } from './definition/value-kind.js';

type FactName = Extract<ColumnTarget, { to: 'fact' }>['name'];

/** The facts of each data type: required ones come from exactly one column, optional ones from at most one. */
const factsOf: Readonly<Record<DataType, { required: readonly FactName[]; optional: readonly FactName[] }>> =
  {
    user: { required: [], optional: ['registeredOn'] },
    engagement: { required: ['eventDate', 'sessionKind', 'attended'], optional: ['minutes'] },
    outcome: { required: ['eventDate', 'instrument', 'measure', 'occasion', 'score'], optional: [] },
    feedback: { required: ['eventDate', 'question', 'rating'], optional: [] },
    input: { required: ['eventDate', 'category', 'item', 'quantity', 'unit'], optional: [] },
  };

type DatasetFacts = Pick<Dataset, 'id' | 'dataType' | 'pseudonymisedAtSource'>;

/** Checks a schema for one of its datasets: fields, roles, facts, keys, identifiers, session kinds. */
export function checkSchema(
  schema: DatasetSchema,
  dataset: DatasetFacts,
  service: Service | undefined,
  report: Report,
): void {
  const roles = rolesOf(schema);
  schema.fields.forEach((field, index) =>
    checkField(field, dataset, roles, (path, message) => report(`fields[${index}].${path}`, message)),
  );
  checkNames(schema, report);
  checkRole(schema, dataset, roles, report);
  checkTargets(schema, dataset, report);
  checkKeys(schema, report);
  checkIdentifiersTogether(schema, roles, report);
  checkChildKey(schema, dataset, roles, report);
  checkSessionKinds(schema, dataset, service, report);
  checkDeclaredRules(schema, report);
  checkDerivedDigests(schema, dataset, report);
  checkDerivedKinds(schema, dataset, service, report);
}

/** Names and addresses of people: one given name and surname, and lines of an address. */
function checkDerivedKinds(
  { fields }: DatasetSchema,
  { dataType }: DatasetFacts,
  service: Service | undefined,
  report: Report,
): void {
  const hasPeople = dataType === 'user' || (dataType === 'outcome' && service?.administrative === true);
  const held = new Set<string>();
  fields.forEach((field, index) => {
    const format = formatOf(field);
    if (!isDerivedKind(format)) return;
    const path = `fields[${index}].x-kinledger.format`;
    if (!hasPeople) report(path, `only rows of people have a ${format}: nothing would be made of it here`);
    if (format !== 'address' && held.has(format)) report(path, `a row has one ${format}`);
    held.add(format);
  });
}

function checkDerivedDigests(
  { fields }: DatasetSchema,
  { pseudonymisedAtSource }: DatasetFacts,
  report: Report,
): void {
  const columns = fields.flatMap((field, index) => (formatOf(field) === 'derived-digests' ? [index] : []));
  for (const index of columns.slice(1))
    report(`fields[${index}].x-kinledger.format`, 'one column holds all derived digests of a row');
  for (const index of columns) {
    if (!pseudonymisedAtSource)
      report(
        `fields[${index}].x-kinledger.format`,
        'only a dataset that is pseudonymised at source has derived digests',
      );
    const { identifiers = [], target } = fields[index]?.['x-kinledger'] ?? {};
    if (identifiers.length > 0 || target !== undefined)
      report(`fields[${index}].x-kinledger`, 'derived digests become derived tokens, and nothing else');
  }
}

function checkNames(schema: DatasetSchema, report: Report): void {
  const names = new Set<string>();
  const headers = new Map<string, number>();
  schema.fields.forEach((field, index) => {
    if (names.has(field.name)) report(`fields[${index}].name`, `field "${field.name}" is defined twice`);
    names.add(field.name);
    const texts = [
      { path: 'name', text: field.name },
      { path: 'title', text: field.title },
      ...field['x-kinledger'].aliases.map((text, alias) => ({ path: `x-kinledger.aliases[${alias}]`, text })),
    ];
    for (const { path, text } of texts) {
      const key = headerKey(text);
      const holder = headers.get(key);
      if (key === '') report(`fields[${index}].${path}`, `"${text}" has neither letters nor digits`);
      else if (holder !== undefined && holder !== index && schema.fields[holder]?.name !== text) {
        report(
          `fields[${index}].${path}`,
          `header "${text}" also means field "${schema.fields[holder]?.name ?? ''}"`,
        );
      }
      if (holder === undefined) headers.set(key, index);
    }
  });
  if (schema.fields.filter((field) => field['x-kinledger'].consent).length > 1) {
    report('fields', 'more than one column is the consent column');
  }
}

function checkRole(
  schema: DatasetSchema,
  dataset: DatasetFacts,
  roles: readonly Role[],
  report: Report,
): void {
  const columns = schema.fields.filter((field) => field['x-kinledger'].target?.to === 'role').length;
  const fixed = schema['x-kinledger'].role;
  if (fixed !== undefined && columns > 0) {
    report('x-kinledger.role', 'a role column is there too: one of them says the role');
  } else if (fixed === undefined && columns !== 1) {
    report('x-kinledger.role', `give a role, or one role column (there are ${columns})`);
  }
  if (dataset.dataType === 'input' && roles.some((role) => role !== 'none')) {
    report('x-kinledger.role', `rows of ${dataset.id} name no person: the role is "none"`);
  }
  if (dataset.dataType === 'user' && roles.includes('none')) {
    report('x-kinledger.role', `rows of ${dataset.id} are people: the role cannot be "none"`);
  }
}

function checkTargets(schema: DatasetSchema, dataset: DatasetFacts, report: Report): void {
  const measures = schema.fields.filter((field) => field['x-kinledger'].target?.to === 'measure');
  const { required, optional } = requiredFacts(dataset.dataType, measures);
  const columnsOf = new Map<string, number[]>();
  schema.fields.forEach((field, index) => {
    const target = field['x-kinledger'].target;
    if (!target) return;
    const name = targetName(target);
    columnsOf.set(name, [...(columnsOf.get(name) ?? []), index]);
    if (target.to === 'fact' && !required.includes(target.name) && !optional.includes(target.name)) {
      report(
        `fields[${index}].x-kinledger.target`,
        measures.length > 0 && factsOf[dataset.dataType].required.includes(target.name)
          ? `columns become measures: none of them is fact ${target.name}`
          : `a row of data type ${dataset.dataType} has no fact ${target.name}`,
      );
    }
    if (target.to === 'measure' && dataset.dataType !== 'outcome') {
      report(`fields[${index}].x-kinledger.target`, `a row of data type ${dataset.dataType} has no measures`);
    }
  });
  checkMeasures(measures, report);
  for (const [name, columns] of columnsOf) {
    if (columns.length > 1 && name !== 'role') {
      report('fields', `${columns.length} columns become ${name}: ${columns.join(', ')}`);
    }
  }
  const fixed = schema['x-kinledger'].facts ?? {};
  for (const name of Object.keys(fixed) as (keyof typeof fixed)[]) {
    const path = `x-kinledger.facts.${name}`;
    if (!required.includes(name)) report(path, `a row of data type ${dataset.dataType} has no fact ${name}`);
    if (columnsOf.has(`fact ${name}`)) report(path, `a column becomes fact ${name}: one of them says it`);
  }
  for (const name of required) {
    const columns = columnsOf.get(`fact ${name}`);
    if (columns === undefined && !(name in fixed)) {
      report('fields', `no column becomes fact ${name}, which data type ${dataset.dataType} requires`);
    }
  }
}

/** Rows whose columns become measures have no fact of that name, and need the others only where a measure lacks them. */
function requiredFacts(
  dataType: DataType,
  measures: readonly DatasetField[],
): { required: readonly FactName[]; optional: readonly FactName[] } {
  const facts = factsOf[dataType];
  if (measures.length === 0) return facts;
  const isNeeded = (name: 'instrument' | 'occasion') =>
    measures.some(({ 'x-kinledger': { target } }) => target?.to === 'measure' && target[name] === undefined);
  return {
    ...facts,
    required: facts.required.filter(
      (name) =>
        name !== 'measure' &&
        name !== 'score' &&
        ((name !== 'instrument' && name !== 'occasion') || isNeeded(name)),
    ),
  };
}

/** A row without any measurement could not be taken, so one of them stands in every row. */
function checkMeasures(measures: readonly DatasetField[], report: Report): void {
  if (measures.length === 0) return;
  const isInEveryRow = ({ 'x-kinledger': { missing, invalid, target, roles } }: DatasetField) =>
    missing === 'error' &&
    invalid === 'error' &&
    roles === undefined &&
    target?.to === 'measure' &&
    target.scores === undefined;
  if (!measures.some(isInEveryRow)) {
    report(
      'fields',
      'no column that becomes a measure has a number in every row: "missing" and "invalid" of one have to be "error"',
    );
  }
  if (measures.length > MAX_MEASUREMENTS) {
    report('fields', `${measures.length} columns become measures: at most ${MAX_MEASUREMENTS} may`);
  }
}

function targetName(target: ColumnTarget): string {
  switch (target.to) {
    case 'attribute':
      return `attribute ${target.name}`;
    case 'fact':
      return `fact ${target.name}`;
    case 'measure':
      return `measure ${[target.instrument, target.measure, target.occasion].filter(Boolean).join(' ')}`;
    case 'birth-month':
      return 'attribute birthMonth';
    case 'lsoa':
      return 'attribute lsoa';
    case 'role':
      return 'role';
  }
}

function checkKeys(schema: DatasetSchema, report: Report): void {
  const { naturalKey, naturalKeyIsStable } = schema['x-kinledger'];
  checkColumns(schema, schema.primaryKey ?? [], 'primaryKey', report);
  checkColumns(schema, naturalKey, 'x-kinledger.naturalKey', report);
  if (naturalKeyIsStable && naturalKey.length === 0) {
    report('x-kinledger.naturalKeyIsStable', 'there is no natural key: list its columns, or leave this out');
  }
  if (!naturalKeyIsStable && naturalKey.length > 0) {
    report(
      'x-kinledger.naturalKey',
      'a natural key is used only with "naturalKeyIsStable": true, for values that the provider keeps from file to file',
    );
  }
}

function checkColumns(schema: DatasetSchema, columns: readonly string[], path: string, report: Report): void {
  columns.forEach((name, index) => {
    if (!schema.fields.some((field) => field.name === name))
      report(`${path}[${index}]`, `no field "${name}"`);
    else if (columns.indexOf(name) !== index) report(`${path}[${index}]`, `"${name}" is listed twice`);
  });
}

/** Kinds of which a person has only one, so that two columns for one role would contradict each other. */
const single: ReadonlySet<ColumnIdentifier['kind']> = new Set([
  'nhs-number',
  'child-key',
  'birth-date',
  'gender',
  'case-number',
]);

function checkIdentifiersTogether(schema: DatasetSchema, roles: readonly Role[], report: Report): void {
  const holders = new Map<string, string>();
  schema.fields.forEach((field, index) => {
    field['x-kinledger'].identifiers.forEach((identifier, nth) => {
      for (const role of identifier.roles ?? roles) {
        const key = `${identifier.kind} ${identifier.use} ${role}`;
        const holder = holders.get(key);
        const sameField = holder === field.name;
        if (holder !== undefined && (sameField || single.has(identifier.kind))) {
          report(
            `fields[${index}].x-kinledger.identifiers[${nth}]`,
            `rows of role ${role} have a ${identifier.kind} of use ${identifier.use} already${sameField ? '' : ` in "${holder}"`}`,
          );
        }
        holders.set(key, field.name);
      }
    });
  });
}

function checkChildKey(
  schema: DatasetSchema,
  dataset: DatasetFacts,
  roles: readonly Role[],
  report: Report,
): void {
  const key = schema['x-kinledger'].childKey;
  if (!key) return;
  const path = 'x-kinledger.childKey';
  if (dataset.pseudonymisedAtSource) {
    report(path, 'a dataset that is pseudonymised at source brings the digest of the child key');
  }
  if (!roles.includes('child')) report(path, 'no row of this dataset has role "child"');
  const parts = [
    {
      part: 'carerEmail',
      fits: (field: DatasetField) => formatOf(field) === 'email',
      what: 'format "email"',
    },
    { part: 'birthDate', fits: (field: DatasetField) => field.type === 'date', what: 'type "date"' },
    {
      part: 'firstName',
      fits: (field: DatasetField) => ['first-name', 'given-name'].includes(formatOf(field)),
      what: 'format "first-name" or "given-name"',
    },
    { part: 'gender', fits: isGender, what: 'values F, M or X' },
  ] as const;
  for (const { part, fits, what } of parts) {
    const field = schema.fields.find(({ name }) => name === key[part]);
    if (field === undefined) report(`${path}.${part}`, `no field "${key[part]}"`);
    else if (!fits(field)) report(`${path}.${part}`, `field "${key[part]}" needs ${what}`);
  }
}

function checkSessionKinds(
  schema: DatasetSchema,
  dataset: DatasetFacts,
  service: Service | undefined,
  report: Report,
): void {
  const kinds = schema['x-kinledger'].sessionKinds;
  const path = 'x-kinledger.sessionKinds';
  if (dataset.dataType !== 'engagement') {
    if (kinds.length > 0)
      report(path, `only engagement has session kinds, not data type ${dataset.dataType}`);
    return;
  }
  if (kinds.length === 0 && service?.administrative === false) {
    report(path, `no session kind of ${dataset.id} counts, so its service could reach nobody`);
  }
  const column = schema.fields.find(
    ({ 'x-kinledger': { target } }) => target?.to === 'fact' && target.name === 'sessionKind',
  );
  const fixed = schema['x-kinledger'].facts?.sessionKind;
  const values = column ? codedValues(column) : fixed === undefined ? undefined : [fixed];
  kinds.forEach((kind, index) => {
    if (kinds.indexOf(kind) !== index) report(`${path}[${index}]`, `"${kind}" is listed twice`);
    else if (values && !values.includes(kind))
      report(`${path}[${index}]`, `"${kind}" is no value of the session kind column`);
  });
}
