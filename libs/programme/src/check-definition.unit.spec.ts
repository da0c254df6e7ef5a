import { describe, expect, it } from 'vitest';
import { checkDefinition } from './check-definition.js';

const definition = () => ({
  id: 'small',
  name: 'A small programme',
  version: 1,
  strands: [{ id: 'play', name: 'Play' }],
  services: [
    { id: 'toy-library', name: 'Toy Library', strand: 'play', provider: 'toys' },
    { id: 'training', name: 'Training', strand: 'play', provider: 'toys', individualBeneficiaries: false },
    { id: 'census', name: 'Census', administrative: true, provider: 'council' },
  ],
  datasets: [
    {
      id: 'toy-library.user',
      service: 'toy-library',
      dataType: 'user',
      extractKind: 'delta',
      schemaFile: 'people.json',
      agreement: 'toys-2023',
    },
    {
      id: 'training.input',
      service: 'training',
      dataType: 'input',
      extractKind: 'delta',
      schemaFile: 'activity.json',
      agreement: 'toys-2023',
    },
    {
      id: 'census.user',
      service: 'census',
      dataType: 'user',
      extractKind: 'snapshot',
      schemaFile: 'people.json',
      agreement: 'council-2023',
    },
  ],
  agreements: [
    { id: 'toys-2023', provider: 'toys', validFrom: '2023-04-01', validTo: '2026-04-01' },
    { id: 'council-2023', provider: 'council', validFrom: '2023-04-01', validTo: '2026-04-01' },
  ],
  authority: ['census.user'],
  familyScopes: [{ scope: 'play', services: ['toy-library'] }],
  strategy: {
    name: 'leap-1',
    maxBirthDatesPerToken: 3,
    maxCasesPerToken: 10,
    maxHoldersPerToken: 500,
    maxChildrenPerCarerToken: 12,
  },
  area: {
    name: 'Here',
    boundaryYear: 2021,
    lookupFile: 'postcodes.csv',
    lsoas: [
      { code: 'E01990001', deprivationDecile: 1, inArea: true },
      { code: 'E01990002', deprivationDecile: 9, inArea: false },
    ],
  },
});

type Definition = ReturnType<typeof definition>;

const population = (source: object) => ({
  ...{ id: 'children', name: 'Children', of: 'children', on: '2023-06-30' },
  source,
});
const table = (...lsoas: readonly string[]) => ({
  edition: 'Estimates',
  rows: lsoas.map((lsoa) => ({ lsoa, count: 1 })),
});

const problemsOf = (change: (json: Definition) => void) => {
  const json = definition();
  change(json);
  const problems: string[] = [];
  checkDefinition(json, (path, message) => problems.push(`${path}: ${message}`));
  return problems;
};

const scoring = (model: object) => ({
  ...definition().strategy,
  ...{ name: 'kin-1', model, maxHoldersPerKey: 100, reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
});
/** A model that compares genders alone. */
const modelOfOtherFields = {
  ...{ format: 'kin-model/1', name: 'other', fields: [{ name: 'gender', kind: 'gender' }] },
  rarityShares: [1 / 30_000, 1 / 6_000, 1 / 1_500, 1 / 400],
  strata: [
    {
      ...{ stratum: 'adult', candidates: 0, pairs: 10 },
      classes: (['match', 'unrelated'] as const).map((name) => ({
        ...{ class: name, share: 0.5, levels: [[1, 0.9, 0.1]] },
      })),
    },
  ],
};

/** Sets values that the type of a valid definition does not allow. */
const spoil = (target: object, values: Record<string, unknown>) => {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) Reflect.deleteProperty(target, name);
    else Reflect.set(target, name, value);
  }
};

describe('a programme definition', () => {
  it('that is consistent has no problems', () => {
    expect(problemsOf(() => undefined)).toEqual([]);
  });

  const refusals: readonly (readonly [what: string, change: (json: Definition) => void, problem: string])[] =
    [
      [
        'names a strand that is not there',
        (json) => spoil(json.services[0]!, { strand: 'xyz' }),
        'services[0].strand: no strand "xyz"',
      ],
      [
        'has a service without a strand',
        (json) => spoil(json.services[0]!, { strand: undefined }),
        'services[0].strand: service "toy-library" belongs to a strand, unless it is administrative',
      ],
      [
        'puts an administrative source into a strand',
        (json) => spoil(json.services[2]!, { strand: 'play' }),
        'services[2].strand: "census" is an administrative source: it belongs to no strand',
      ],
      [
        'has two services of one id',
        (json) => json.services.push({ ...json.services[0]! }),
        'services[3].id: "toy-library" stands at services[0] too',
      ],
      [
        'has a dataset of an unknown service',
        (json) => spoil(json.datasets[0]!, { id: 'books.user', service: 'books' }),
        'datasets[0].service: no service "books"',
      ],
      [
        'has a dataset whose id does not fit',
        (json) => spoil(json.datasets[0]!, { id: 'toy-library.engagement' }),
        'datasets[0].id: expected "toy-library.user", its service and data type',
      ],
      [
        'has a dataset under an unknown agreement',
        (json) => spoil(json.datasets[0]!, { agreement: 'nobody-2023' }),
        'datasets[0].agreement: no agreement "nobody-2023"',
      ],
      [
        'has a dataset under somebody else’s agreement',
        (json) => spoil(json.datasets[0]!, { agreement: 'council-2023' }),
        'datasets[0].agreement: agreement "council-2023" is with council, but toy-library is provided by toys',
      ],
      [
        'collects users of a service without beneficiaries',
        (json) => spoil(json.datasets[1]!, { id: 'training.user', dataType: 'user' }),
        'datasets[1].dataType: service "training" has no individual beneficiaries: it reports input only',
      ],
      [
        'has an agreement that ends before it begins',
        (json) => spoil(json.agreements[0]!, { validTo: '2023-04-01' }),
        'agreements[0].validTo: 2023-04-01 is not after 2023-04-01',
      ],
      [
        'gives authority to an unknown dataset',
        (json) => json.authority.push('census.outcome'),
        'authority[1]: no dataset "census.outcome"',
      ],
      [
        'gives authority twice',
        (json) => json.authority.push('census.user'),
        'authority[1]: "census.user" is listed twice',
      ],
      [
        'compares derived tokens of which it has none',
        (json) => spoil(json, { strategy: scoring({ coldStart: 5_000 }) }),
        'strategy: strategy "kin-1" compares derived tokens: set derivations to "op-kin-1"',
      ],
      [
        'refers pairs above where the margin reaches',
        (json) => spoil(json, { strategy: { ...scoring({ coldStart: 5_000 }), reviewFrom: 4_001 } }),
        'strategy.reviewFrom: the band of review must begin no higher than the margin reaches: linkFrom - margin',
      ],
      [
        'scores by a model of other fields',
        (json) =>
          spoil(json, { derivations: 'op-kin-1', strategy: scoring({ document: modelOfOtherFields }) }),
        'strategy.model: Error: the model was made for other fields than those that are compared',
      ],
      [
        'has a family scope of an unknown service',
        (json) => json.familyScopes[0]!.services.push('books'),
        'familyScopes[0].services[1]: no service "books"',
      ],
      [
        'redefines the programme’s own scope',
        (json) => spoil(json.familyScopes[0]!, { scope: 'programme' }),
        'familyScopes[0].scope: the scope "programme" is there for every programme',
      ],
      [
        'has numbers of sessions out of the order of their days',
        (json) =>
          spoil(json.services[0]!, {
            sessions: [
              { from: '2023-04-01', minimum: 2, intended: 6 },
              { from: '2023-04-01', minimum: 3, intended: 6 },
            ],
          }),
        'services[0].sessions[1].from: 2023-04-01 is not after 2023-04-01',
      ],
      [
        'asks for more sessions than it intends',
        (json) => spoil(json.services[0]!, { sessions: [{ from: '2023-04-01', minimum: 7, intended: 6 }] }),
        'services[0].sessions[0].minimum: 7 is more than the 6 intended',
      ],
      [
        'counts sessions of a service without beneficiaries',
        (json) => spoil(json.services[1]!, { sessions: [{ from: '2023-04-01', minimum: 1, intended: 6 }] }),
        'services[1].sessions: service "training" has no individual beneficiaries',
      ],
      [
        'has two targets for one period',
        (json) =>
          spoil(json.services[0]!, {
            targets: [
              { period: '2023-24-Q1', of: 'children', count: 10 },
              { period: '2023-24-Q1', of: 'children', count: 20 },
            ],
          }),
        'services[0].targets[1]: children in 2023-24-Q1 have a target at targets[0] already',
      ],
      [
        'has a target for an administrative source',
        (json) => spoil(json.services[2]!, { targets: [{ period: '2023-24-Q1', of: 'adults', count: 10 }] }),
        'services[2].targets: "census" is an administrative source: it has no targets',
      ],
      [
        'has two consent forms of one version',
        (json) =>
          spoil(json, {
            consentForms: ['2023-04-01', '2023-05-01'].map((from) => ({
              ...{ version: '2023-1', from, scopes: ['linkage'] },
            })),
          }),
        'consentForms[1].version: "2023-1" stands at consentForms[0] too',
      ],
      [
        'has a population of users only',
        (json) => spoil(json, { populations: [population({ dataset: 'toy-library.user' })] }),
        'populations[0].source.dataset: "toy-library.user" covers users only: name an administrative source',
      ],
      [
        'has a population of an unknown dataset',
        (json) => spoil(json, { populations: [population({ dataset: 'births.user' })] }),
        'populations[0].source.dataset: no dataset "births.user"',
      ],
      [
        'has a population outside the area',
        (json) => spoil(json, { populations: [population(table('E01990003'))] }),
        'populations[0].source.rows[0].lsoa: E01990003 is not in area.lsoas',
      ],
      [
        'has a population that lists an area twice',
        (json) => spoil(json, { populations: [population(table('E01990001', 'E01990001'))] }),
        'populations[0].source.rows[1].lsoa: E01990001 is listed twice',
      ],
      [
        'lists an area twice',
        (json) => json.area.lsoas.push({ ...json.area.lsoas[0]! }),
        'area.lsoas[2].code: E01990001 stands at area.lsoas[0] too',
      ],
    ];

  it.each(refusals)('that %s is refused', (_what, change, problem) => {
    expect(problemsOf(change)).toContain(problem);
  });

  it('with an invalid element still has its other references checked', () => {
    const problems = problemsOf((json) => {
      spoil(json.services[1]!, { provider: 'Not A Provider' });
      spoil(json.datasets[2]!, { agreement: 'nobody-2023' });
      spoil(json, { version: 0 });
    });
    expect(problems).toHaveLength(3);
    expect(problems.find((problem) => problem.startsWith('services[1].provider: '))).toBeDefined();
    expect(problems.find((problem) => problem.startsWith('version: '))).toBeDefined();
    // training.input names services[1], which is defined although invalid, so this is not a further problem.
    expect(problems).toContain('datasets[2].agreement: no agreement "nobody-2023"');
  });

  it.each([null, 7, [], 'text', {}])('that is %j is refused without throwing', (json) => {
    const problems: string[] = [];
    checkDefinition(json, (path) => problems.push(path));
    expect(problems.length).toBeGreaterThan(0);
  });
});
