import { firstBands, strategyOf, type Strategy } from '@kinledger/domain';
import { wholeReach } from '@kinledger/figures';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { limits, type DecidedRow } from './decided-ledger.testing.js';
import { ReadModelsUnderTest, tries } from './read-models-under-test.testing.js';

const services = ['natural-thinkers', 'pairs-together-time', 'making-it-real'] as const;
type Service = (typeof services)[number];
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
const number = (max: number) => fc.nat(max - 1);

/** Some services give a case number to a person, some to a family. */
const casesOf = fc.record(
  Object.fromEntries(services.map((service) => [service, oneOf('person', 'family')])),
);

/** A true person. Couples share an email, siblings their carer’s; twins may share a child key. */
const person = fc.record({
  child: fc.boolean(),
  email: number(4),
  birthDate: number(3),
  letters: number(2),
  hasCases: fc.boolean(),
  /** Of those whom a service may know by one number. */
  family: number(3),
});
/** A row about a person: its values are true, but may be incomplete. */
const visit = fc.record({
  person: number(8),
  service: oneOf(...services),
  listed: fc.boolean(),
  attended: fc.integer({ min: 0, max: 9 }).map((chance) => chance > 0),
  tells: fc.record({
    email: fc.boolean(),
    born: fc.boolean(),
    nhs: oneOf(true, false, false),
    case: fc.boolean(),
  }),
  placeholder: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
});
type CasesOf = typeof casesOf extends fc.Arbitrary<infer Value> ? Value : never;
type Person = typeof person extends fc.Arbitrary<infer Value> ? Value : never;
type Visit = typeof visit extends fc.Arbitrary<infer Value> ? Value : never;

/**
 * A case number beside an identifier is taken for one person’s, so that of a family only one member has rows with both.
 */
const caseNumberOf = (
  people: readonly Person[],
  cases: CasesOf,
  { service, person: of, tells }: Visit,
): string | undefined => {
  const who = of % people.length;
  if (!tells.case || !people[who]!.hasCases) return undefined;
  if (cases[service] === 'person') return `${service} ${who}`;
  const { family } = people[who]!;
  const isListed = people.findIndex((one) => one.hasCases && one.family === family) === who;
  return isListed || !(tells.email || tells.nhs) ? `${service} family ${family}` : undefined;
};

function rowOf(people: readonly Person[], cases: CasesOf, visited: Visit, row: number): DecidedRow {
  const { tells, placeholder } = visited;
  const who = visited.person % people.length;
  const { child, email, birthDate, letters } = people[who]!;
  const caseNumber = caseNumberOf(people, cases, visited);
  const shown = placeholder ? 'none' : `e${email}`;
  return {
    id: `row ${row}`,
    role: child ? 'child' : 'adult',
    ...(tells.nhs ? { nhsNumber: `n${who}` } : {}),
    ...(tells.born ? { born: `b${birthDate}` } : {}),
    ...(caseNumber === undefined ? {} : { caseNumber }),
    ...(tells.email && !child ? { email: shown } : {}),
    ...(tells.email && child ? { carerEmail: shown } : {}),
    ...(tells.email && tells.born && child ? { childKey: `${shown} b${birthDate} l${letters}` } : {}),
    attributes: {},
    asOf: '2023-08-01',
    attended: visited.attended,
  };
}

const partialEvidence = strategyOf({ name: 'kin-1', ...limits, ...firstBands, model: { coldStart: 1_000 } });

describe('the upper bound of reach', () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  it('counts the sessions of a family’s case number that say of nobody whose they are', async () => {
    const ledger = await readModels.open(partialEvidence);
    const about = {
      role: 'child',
      caseNumber: 'family',
      attributes: {},
      asOf: '2023-08-01',
      attended: true,
    } as const;
    const file = { period: '2023-24-Q2', sequence: 1, supersedes: [] };
    const sessions = Array.from({ length: 10 }, (_, at) => ({ ...about, id: `session ${at}` }));
    await ledger.submit({ ...file, dataset: 'natural-thinkers.user', rows: [{ ...about, id: 'A', nhsNumber: 'a', born: 'a' }] }); // prettier-ignore
    await ledger.submit({ ...file, dataset: 'natural-thinkers.engagement', rows: [{ ...about, id: 'of A', nhsNumber: 'a' }, ...sessions] }); // prettier-ignore
    await readModels.project(ledger);
    const { programme } = await wholeReach(readModels.client, {});
    expect(programme).toMatchObject({
      children: 1,
      unlinkable: 0,
      referred: 0,
      indistinct: 10,
      upperBound: 11,
    });
  });

  it.each<[string, Strategy | undefined]>([
    ['leap-1', undefined],
    ['kin-1', partialEvidence],
  ])(
    'is never below the truth under %s, except for people with one birth date and a shared identifier, who are shown beside it',
    async (_, strategy) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(person, { minLength: 1, maxLength: 8 }),
          fc.array(visit, { minLength: 1, maxLength: 30, size: 'max' }),
          casesOf,
          async (people, visits, cases) => {
            const ledger = await readModels.open(strategy);
            for (const service of services) {
              for (const listed of [true, false]) {
                const rows = visits.flatMap((visited, row) =>
                  visited.service === service && visited.listed === listed
                    ? [rowOf(people, cases, visited, row)]
                    : [],
                );
                const dataset = `${service}.${listed ? 'user' : 'engagement'}`;
                await ledger.submit({ dataset, period: '2023-24-Q2', sequence: 1, supersedes: [], rows });
              }
            }
            await readModels.project(ledger);
            const truly = (service?: Service) => {
              const attended = visits.filter(
                (visited) =>
                  visited.attended &&
                  !visited.listed &&
                  (service === undefined || visited.service === service),
              );
              return new Set(attended.map(({ person: who }) => who % people.length));
            };
            const twins = (reached: ReadonlySet<number>) => {
              const keys = [...reached].map((who) => {
                const { child, email, birthDate, letters } = people[who]!;
                return `${child} ${email} ${birthDate} ${child ? letters : ''}`;
              });
              return reached.size - new Set(keys).size;
            };
            const figures = await wholeReach(readModels.client, {});
            const scopes = [
              { figure: figures.programme, reached: truly() },
              ...figures.strands
                .flatMap((strand) => strand.services)
                .filter(({ service }) => services.includes(service as Service))
                .map((figure) => ({ figure, reached: truly(figure.service as Service) })),
            ];
            for (const { figure, reached } of scopes) {
              const hidden = twins(reached);
              expect(figure.upperBound + (figure.byBirthDateAlone > 0 ? hidden : 0)).toBeGreaterThanOrEqual(
                reached.size,
              );
              expect(figure.upperBound).toBe(
                figure.individuals + figure.unlinkable + figure.referred + figure.indistinct,
              );
              // Rows that neither an NHS number nor a case number joins are then a person each, twins too.
              if (strategy !== undefined)
                expect(figure.upperBound + figure.joinedByScore).toBeGreaterThanOrEqual(reached.size);
              expect(figure.familiesUpperBound).toBe(
                figure.upperBound - figure.individuals + figure.families + figure.familyUnknown,
              );
              expect(figure.relatedFamilies).toBeLessThanOrEqual(figure.families);
            }
          },
        ),
        { numRuns: tries(60), seed: 20_231_003 },
      );
    },
    // Some seconds on an idle machine.
    300_000,
  );
});
