import {
  definitionDocument,
  programmeOf,
  type Programme,
  type ProgrammeDefinition,
} from '@kinledger/programme';

const schema = {
  fields: [{ name: 'id', title: 'Id', type: 'string' }],
  primaryKey: ['id'],
  'x-kinledger': { role: 'adult' },
};

const dataset = (id: string, service: string, dataType: string, extractKind: string) => ({
  id,
  service,
  dataType,
  extractKind,
  schemaFile: `${dataType}.json`,
  agreement: 'agreed',
});

/** A programme of two services, for specs. */
export function smallProgramme(
  change: {
    readonly name?: string;
    readonly holders?: number;
    readonly birthDates?: number;
    readonly scope?: string;
    /** Instead of `leap-1`. */
    readonly strategy?: ProgrammeDefinition['strategy'];
  } = {},
): Programme {
  const document = definitionDocument.parse({
    definition: {
      id: 'leap',
      name: change.name ?? 'A small programme',
      version: 1,
      strands: [{ id: 'early', name: 'Early years' }],
      services: [
        { id: 'baby-steps', name: 'Baby Steps', strand: 'early', provider: 'baby-steps-team' },
        { id: 'maternity', name: 'Maternity', administrative: true, provider: 'trust' },
      ],
      datasets: [
        dataset('baby-steps.user', 'baby-steps', 'user', 'delta'),
        dataset('baby-steps.engagement', 'baby-steps', 'engagement', 'delta'),
        dataset('maternity.user', 'maternity', 'user', 'snapshot'),
      ],
      agreements: [
        { id: 'later', provider: 'trust', validFrom: '2021-06-01', validTo: '2030-01-01' },
        { id: 'agreed', provider: 'baby-steps-team', validFrom: '2020-04-01', validTo: '2030-01-01' },
      ],
      authority: ['maternity.user'],
      familyScopes: [{ scope: change.scope ?? 'health', services: ['maternity'] }],
      strategy: change.strategy ?? {
        name: 'leap-1',
        maxBirthDatesPerToken: change.birthDates ?? 2,
        maxHoldersPerToken: change.holders ?? 50,
        maxCasesPerToken: 10,
        maxChildrenPerCarerToken: 4,
      },
      area: {
        name: 'Lambeth',
        boundaryYear: 2011,
        lookupFile: 'postcodes.csv',
        lsoas: [{ code: 'E01003014', deprivationDecile: 1, inArea: true }],
      },
    },
    schemas: { 'baby-steps.user': schema, 'baby-steps.engagement': schema, 'maternity.user': schema },
  });
  return programmeOf(document, () => Promise.reject(new Error('specs look no postcode up')));
}
