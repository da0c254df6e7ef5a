import { describe, expect, it } from 'vitest';
import { checkSchema } from './check-schema.js';
import { dataset, datasetSchema, service } from './definition/definition.js';

type Json = Record<string, unknown>;
interface SchemaJson {
  fields: { [part: string]: unknown; name: string; 'x-kinledger': Json }[];
  primaryKey?: string[];
  'x-kinledger': Json;
}

const childKey = {
  carerEmail: 'carer_email',
  birthDate: 'birth_date',
  firstName: 'first_name',
  gender: 'gender',
};

const people = (): SchemaJson => ({
  fields: [
    {
      name: 'case_number',
      title: 'Case number',
      type: 'string',
      'x-kinledger': { format: 'case-number', identifiers: [{ kind: 'case-number', use: 'local' }] },
    },
    {
      name: 'participant',
      title: 'Participant',
      type: 'string',
      constraints: { enum: ['child', 'adult'] },
      'x-kinledger': { valueMap: { Baby: 'child' }, target: { to: 'role' } },
    },
    {
      name: 'carer_email',
      title: 'Parent email',
      type: 'string',
      format: 'email',
      'x-kinledger': { identifiers: [{ kind: 'email', use: 'carer', roles: ['child'] }] },
    },
    { name: 'first_name', title: 'First name', type: 'string', 'x-kinledger': { format: 'first-name' } },
    {
      name: 'birth_date',
      title: 'DOB',
      type: 'date',
      'x-kinledger': { identifiers: [{ kind: 'birth-date', use: 'guard' }], target: { to: 'birth-month' } },
    },
    {
      name: 'gender',
      title: 'Gender',
      type: 'string',
      constraints: { enum: ['F', 'M', 'X'] },
      'x-kinledger': {
        identifiers: [{ kind: 'gender', use: 'guard' }],
        target: { to: 'attribute', name: 'gender' },
      },
    },
  ],
  primaryKey: ['case_number'],
  'x-kinledger': { childKey },
});

const sessions = (): SchemaJson => ({
  fields: [
    { name: 'day', title: 'Day', type: 'date', 'x-kinledger': { target: { to: 'fact', name: 'eventDate' } } },
    {
      name: 'kind',
      title: 'Kind',
      type: 'string',
      constraints: { enum: ['group', 'letter'] },
      'x-kinledger': { target: { to: 'fact', name: 'sessionKind' } },
    },
    {
      name: 'attended',
      title: 'Attended',
      type: 'boolean',
      'x-kinledger': { valueMap: { DNA: 'false' }, target: { to: 'fact', name: 'attended' } },
    },
  ],
  'x-kinledger': {
    role: 'adult',
    naturalKey: ['day', 'kind'],
    naturalKeyIsStable: true,
    sessionKinds: ['group'],
  },
});

const toyLibrary = service.parse({ id: 'toy-library', name: 'Toys', strand: 'play', provider: 'toys' });

function problemsOf(
  schema: SchemaJson,
  options: { dataType?: string; pseudonymisedAtSource?: boolean } = {},
): readonly string[] {
  const dataType = options.dataType ?? 'user';
  const problems: string[] = [];
  checkSchema(
    datasetSchema.parse(schema),
    dataset.parse({
      id: `toy-library.${dataType}`,
      service: 'toy-library',
      dataType,
      extractKind: 'delta',
      schemaFile: 'people.json',
      agreement: 'toys-2023',
      pseudonymisedAtSource: options.pseudonymisedAtSource ?? false,
    }),
    toyLibrary,
    (path, message) => problems.push(`${path}: ${message}`),
  );
  return problems;
}

describe('facts that are the same for every row', () => {
  it('take the place of a column', () => {
    const schema = sessions();
    schema.fields = schema.fields.filter(({ name }) => name !== 'kind');
    schema['x-kinledger'] = { role: 'adult', facts: { sessionKind: 'group' }, sessionKinds: ['group'] };
    expect(problemsOf(schema, { dataType: 'engagement' })).toEqual([]);
    schema['x-kinledger'] = { ...schema['x-kinledger'], sessionKinds: ['letter'] };
    expect(problemsOf(schema, { dataType: 'engagement' })).toEqual([
      'x-kinledger.sessionKinds[0]: "letter" is no value of the session kind column',
    ]);
  });

  it('are refused beside a column, and for another data type', () => {
    const schema = sessions();
    schema['x-kinledger'] = {
      ...schema['x-kinledger'],
      facts: { sessionKind: 'group', instrument: 'asq-3' },
    };
    expect(problemsOf(schema, { dataType: 'engagement' })).toEqual([
      'x-kinledger.facts.sessionKind: a column becomes fact sessionKind: one of them says it',
      'x-kinledger.facts.instrument: a row of data type engagement has no fact instrument',
    ]);
  });
});

describe('columns that become measures', () => {
  const measured = (height: Json = {}, more: Json = {}): SchemaJson => ({
    fields: [
      {
        name: 'day',
        title: 'Day',
        type: 'date',
        'x-kinledger': { target: { to: 'fact', name: 'eventDate' } },
      },
      {
        ...{ name: 'height', title: 'Height', type: 'number' },
        'x-kinledger': { missing: 'error', target: { to: 'measure', measure: 'height-cm' }, ...height },
      },
      {
        ...{ name: 'goal', title: 'Goal', type: 'string', constraints: { enum: ['1', 'A'] } },
        'x-kinledger': { target: { to: 'measure', measure: 'goal', scores: { '1': 1 }, ...more } },
      },
    ],
    'x-kinledger': { role: 'child', facts: { instrument: 'ncmp', occasion: 'reception' } },
  });
  const withoutScores = () => {
    const schema = measured();
    schema.fields[2]!['x-kinledger'] = { target: { to: 'measure', measure: 'goal' } };
    return schema;
  };
  const problems = (schema: SchemaJson, dataType = 'outcome') => problemsOf(schema, { dataType });

  it('take the place of the facts measure and score', () => {
    expect(problems(measured())).toEqual([]);
    const schema = measured();
    schema['x-kinledger'] = { role: 'child', facts: { instrument: 'ncmp' } };
    expect(problems(schema)).toEqual([
      'fields: no column becomes fact occasion, which data type outcome requires',
    ]);
  });

  it('are refused beside a score, for other data types, twice, and without a score for a code', () => {
    const schema = measured();
    schema.fields.push({
      ...{ name: 'score', title: 'Score', type: 'number' },
      'x-kinledger': { target: { to: 'fact', name: 'score' } },
    });
    expect(problems(schema)).toEqual([
      'fields[3].x-kinledger.target: columns become measures: none of them is fact score',
    ]);
    expect(problems(measured(), 'feedback')).toContain(
      'fields[1].x-kinledger.target: a row of data type feedback has no measures',
    );
    expect(problems(measured({}, { measure: 'height-cm' }))).toEqual([
      'fields: 2 columns become measure height-cm: 1, 2',
    ]);
    expect(problems(measured({}, { scores: { '1': 1, '3': 3 } }))).toEqual([
      'fields[2].x-kinledger.target.scores["3"]: the field has no such code',
    ]);
    expect(problems(withoutScores())).toEqual([
      'fields[2].x-kinledger.target: a measure is a number, or a coded string with "scores" for its codes',
    ]);
  });

  it('are refused if a row may be without any of them', () => {
    for (const lax of [{ missing: 'warning' }, { invalid: 'warning' }])
      expect(problems(measured(lax))).toEqual([
        'fields: no column that becomes a measure has a number in every row: "missing" and "invalid" of one have to be "error"',
      ]);
  });
});

describe('a schema of people', () => {
  const changed = (change: (schema: SchemaJson) => void) => {
    const schema = people();
    change(schema);
    return problemsOf(schema);
  };

  it('that is consistent has no problems', () => {
    expect(problemsOf(people())).toEqual([]);
  });

  it.each<readonly [what: string, change: (schema: SchemaJson) => void, problem: string]>([
    [
      'has a field twice',
      ({ fields }) => fields.push({ name: 'gender', title: 'Sex', type: 'string', 'x-kinledger': {} }),
      'fields[6].name: field "gender" is defined twice',
    ],
    [
      'gives two columns one header',
      ({ fields }) => (fields[3]!['x-kinledger'] = { aliases: ['PARENT  e-mail'] }),
      'fields[3].x-kinledger.aliases[0]: header "PARENT  e-mail" also means field "carer_email"',
    ],
    [
      'has an alias without letters',
      ({ fields }) => (fields[3]!['x-kinledger'] = { aliases: ['***'] }),
      'fields[3].x-kinledger.aliases[0]: "***" has neither letters nor digits',
    ],
    [
      'does not say the role',
      ({ fields }) => fields.splice(1, 1),
      'x-kinledger.role: give a role, or one role column (there are 0)',
    ],
    [
      'says the role twice',
      (schema) => (schema['x-kinledger']['role'] = 'child'),
      'x-kinledger.role: a role column is there too: one of them says the role',
    ],
    [
      'has an unknown role',
      ({ fields }) => (fields[1]!['constraints'] = { enum: ['child', 'uncle'] }),
      'fields[1].x-kinledger.target: "uncle" is no role',
    ],
    [
      'maps to a value outside the list',
      ({ fields }) => (fields[1]!['x-kinledger']['valueMap'] = { Baby: 'infant' }),
      'fields[1].x-kinledger.valueMap["Baby"]: "infant" is not in constraints.enum',
    ],
    [
      'maps one value twice',
      ({ fields }) => (fields[1]!['x-kinledger']['valueMap'] = { Baby: 'child', ' BABY': 'adult' }),
      'fields[1].x-kinledger.valueMap[" BABY"]: "baby" is mapped to two values',
    ],
    [
      'lets free text out',
      ({ fields }) => (fields[3]!['x-kinledger'] = { target: { to: 'attribute', name: 'nickname' } }),
      'fields[3].x-kinledger.target: an attribute needs constraints.enum or a valueMap: free text stays behind',
    ],
    [
      'makes two columns one attribute',
      ({ fields }) => (fields[1]!['x-kinledger'] = { target: { to: 'attribute', name: 'gender' } }),
      'fields: 2 columns become attribute gender: 1, 5',
    ],
    [
      'says something that people do not',
      ({ fields }) => (fields[4]!['x-kinledger'] = { target: { to: 'fact', name: 'eventDate' } }),
      'fields[4].x-kinledger.target: a row of data type user has no fact eventDate',
    ],
    [
      'says of no natural key that it is stable',
      (schema) => (schema['x-kinledger'].naturalKeyIsStable = true),
      'x-kinledger.naturalKeyIsStable: there is no natural key: list its columns, or leave this out',
    ],
    [
      'has a natural key of which it does not say that it is stable',
      (schema) => (schema['x-kinledger'].naturalKey = ['birth_date']),
      'x-kinledger.naturalKey: a natural key is used only with "naturalKeyIsStable": true, for values that the provider keeps from file to file',
    ],
    [
      'has a key of an unknown column',
      (schema) => (schema.primaryKey = ['row_id']),
      'primaryKey[0]: no field "row_id"',
    ],
    [
      'connects by a birth date',
      ({ fields }) => (fields[4]!['x-kinledger']['identifiers'] = [{ kind: 'birth-date', use: 'identity' }]),
      'fields[4].x-kinledger.identifiers[0].use: the use of a birth-date is guard, not identity',
    ],
    [
      'puts a carer’s contact on an adult’s row',
      ({ fields }) => (fields[2]!['x-kinledger']['identifiers'] = [{ kind: 'email', use: 'carer' }]),
      'fields[2].x-kinledger.identifiers[0].roles: a carer’s identifier stands on rows of role child only',
    ],
    [
      'takes an identifier from a column of another kind',
      ({ fields }) => (fields[3]!['x-kinledger']['identifiers'] = [{ kind: 'mobile', use: 'identity' }]),
      'fields[3].x-kinledger.identifiers[0].kind: a string of format "mobile" holds a mobile',
    ],
    [
      'has a clear child key in a column',
      ({ fields }) => (fields[3]!['x-kinledger']['identifiers'] = [{ kind: 'child-key', use: 'identity' }]),
      'fields[3].x-kinledger.identifiers[0].form: a child key in clear is made from the columns of childKey; only its digest is a column',
    ],
    [
      'has two birth dates for one person',
      ({ fields }) =>
        fields.push({
          name: 'second',
          title: 'Second',
          type: 'date',
          'x-kinledger': { identifiers: [{ kind: 'birth-date', use: 'guard' }] },
        }),
      'fields[6].x-kinledger.identifiers[0]: rows of role child have a birth-date of use guard already in "birth_date"',
    ],
    [
      'names a child key column that is not there',
      (schema) => (schema['x-kinledger']['childKey'] = { ...childKey, firstName: 'forename' }),
      'x-kinledger.childKey.firstName: no field "forename"',
    ],
    [
      'names a child key column that does not fit',
      (schema) => (schema['x-kinledger']['childKey'] = { ...childKey, gender: 'first_name' }),
      'x-kinledger.childKey.gender: field "first_name" needs values F, M or X',
    ],
    [
      'requires a column of rows that cannot be there',
      ({ fields }) => (fields[3]!['x-kinledger'] = { roles: ['volunteer'] }),
      'fields[3].x-kinledger.roles: no row of this dataset has role "volunteer"',
    ],
    [
      'counts sessions',
      (schema) => (schema['x-kinledger']['sessionKinds'] = ['group']),
      'x-kinledger.sessionKinds: only engagement has session kinds, not data type user',
    ],
    [
      'has a consent that is not yes or no',
      ({ fields }) => (fields[3]!['x-kinledger'] = { consent: true }),
      'fields[3].x-kinledger.consent: a consent column is a boolean',
    ],
    [
      'has a format that its type has not',
      ({ fields }) => (fields[4]!['format'] = 'email'),
      'fields[4].format: a date has no format "email"',
    ],
    [
      'has a format of ours that its type has not',
      ({ fields }) => (fields[4]!['x-kinledger'] = { format: 'postcode' }),
      'fields[4].x-kinledger.format: a date has no format "postcode"',
    ],
    [
      'has two formats',
      ({ fields }) => (fields[2]!['x-kinledger'] = { format: 'mobile' }),
      'fields[2].x-kinledger.format: the field has format "email" already: one of them says it',
    ],
    [
      'lists values of a date',
      ({ fields }) => (fields[4]!['constraints'] = { enum: ['2020-01-01'], minimum: 2 }),
      'fields[4].constraints.enum: only a string has a list of values',
    ],
    [
      'requires and merely warns',
      ({ fields }) => {
        fields[3]!['constraints'] = { required: true };
        fields[3]!['x-kinledger'] = { missing: 'warning' };
      },
      'fields[3].x-kinledger.missing: constraints.required makes a missing value an error, not a warning',
    ],
  ])('that %s is refused', (_what, change, problem) => {
    expect(changed(change)).toContain(problem);
  });

  it('may hold one given name and surname, of which nothing but derived tokens is made', () => {
    const name = (format: string, own: Json = {}) => ({
      ...{ name: format.replace('-', '_'), title: format, type: 'string' },
      'x-kinledger': { format, ...own },
    });
    const withFields = (...more: SchemaJson['fields']) => {
      const schema = people();
      schema.fields.push(...more);
      return schema;
    };
    expect(problemsOf(withFields(name('given-name'), name('surname'), name('address')))).toEqual([]);
    const twice = { ...name('surname'), name: 'other', title: 'Other' };
    expect(problemsOf(withFields(name('surname'), twice))).toEqual([
      expect.stringContaining('a row has one surname'),
    ]);
    const identifies = name('surname', { identifiers: [{ kind: 'case-number', use: 'local' }] });
    expect(problemsOf(withFields(identifies)).join()).toContain(
      'a surname becomes derived tokens, and nothing else',
    );
  });

  it('that is pseudonymised at source may have no field in clear', () => {
    const problems = problemsOf(people(), { pseudonymisedAtSource: true });
    expect(problems).toContain(
      'fields[2].format: a dataset that is pseudonymised at source cannot hold format "email"',
    );
    expect(problems).toContain(
      'fields[3].x-kinledger.format: a dataset that is pseudonymised at source cannot hold format "first-name"',
    );
    expect(problems).toContain(
      'fields[4].x-kinledger.identifiers[0].form: a dataset that is pseudonymised at source holds a birth-date as a digest only',
    );
    expect(problems).toContain(
      'x-kinledger.childKey: a dataset that is pseudonymised at source brings the digest of the child key',
    );
  });
});

describe('a schema of engagement', () => {
  it('that is consistent has no problems', () => {
    expect(problemsOf(sessions(), { dataType: 'engagement' })).toEqual([]);
  });

  it('needs exactly one column for each required fact', () => {
    const schema = sessions();
    schema.fields.splice(2, 1);
    schema.fields.push({ ...schema.fields[0]!, name: 'other_day', title: 'Other day' });
    expect(problemsOf(schema, { dataType: 'engagement' })).toEqual([
      'fields: 2 columns become fact eventDate: 0, 2',
      'fields: no column becomes fact attended, which data type engagement requires',
    ]);
  });

  it('lists at least one session kind, and only kinds that its column can have', () => {
    const schema = sessions();
    schema['x-kinledger']['sessionKinds'] = ['group', 'workshop', 'group'];
    expect(problemsOf(schema, { dataType: 'engagement' })).toEqual([
      'x-kinledger.sessionKinds[1]: "workshop" is no value of the session kind column',
      'x-kinledger.sessionKinds[2]: "group" is listed twice',
    ]);
    schema['x-kinledger']['sessionKinds'] = [];
    expect(problemsOf(schema, { dataType: 'engagement' })).toEqual([
      'x-kinledger.sessionKinds: no session kind of toy-library.engagement counts, so its service could reach nobody',
    ]);
  });

  it('needs columns of the right type for facts', () => {
    const schema = sessions();
    schema.fields[2]!['type'] = 'string';
    expect(problemsOf(schema, { dataType: 'engagement' })).toContain(
      'fields[2].x-kinledger.target: fact attended needs type boolean, not string',
    );
  });
});

describe('a schema of input', () => {
  it('may not identify a person', () => {
    expect(problemsOf(sessions(), { dataType: 'input' })).toContain(
      'x-kinledger.role: rows of toy-library.input name no person: the role is "none"',
    );
  });
});
