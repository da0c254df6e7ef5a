import { addUpTo, atMost, atMostSumOf, type Release, type ReleasedCell, type Relation } from '../release.js';
import { nhs2018 } from './random-tables.js';

/** How large a release is: what people are broken down by, in how many services and columns. */
export interface ProgrammeSize {
  readonly people: number;
  readonly services: number;
  readonly strands: number;
  /** Values of each characteristic, such as 5 for quintiles. */
  readonly characteristics: readonly number[];
  readonly columns: number;
}

/**
 * What `nhs-2018` shows of a programme at random: people by service, strand and programme, distinct in each, in all and by
 * each value of each characteristic. Most services are small, some are large, and people use one to three.
 */
export function programmeRelease(seed: number, size: ProgrammeSize): Release {
  let state = seed;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  /** Small numbers come often. */
  const skewed = (most: number): number => Math.min(below(most), below(most), below(most));
  const scopes = [
    'programme',
    ...Array.from({ length: size.strands }, (_, strand) => `strand ${strand}`),
    ...Array.from({ length: size.services }, (_, service) => `service ${service}`),
  ];
  const strandOf = (service: number): number => service % size.strands;
  const counts = new Map<string, number>();
  const add = (id: string): unknown => counts.set(id, (counts.get(id) ?? 0) + 1);
  for (let person = 0; person < size.people; person += 1) {
    const column = below(size.columns);
    const values = size.characteristics.map((of) => skewed(of));
    const used = new Set(Array.from({ length: 1 + skewed(3) }, () => skewed(size.services)));
    const within = new Set(
      [...used].flatMap((service) => [`service ${service}`, `strand ${strandOf(service)}`]),
    );
    for (const scope of ['programme', ...within]) {
      add(idOf(scope, 'all', column));
      for (const [characteristic, value] of values.entries())
        add(idOf(scope, `${characteristic}=${value}`, column));
    }
  }
  const cells: ReleasedCell[] = [];
  const relations: Relation[] = [];
  const values = size.characteristics.flatMap((of, characteristic) =>
    Array.from({ length: of }, (_, value) => `${characteristic}=${value}`),
  );
  for (let column = 0; column < size.columns; column += 1) {
    for (const scope of scopes) {
      for (const value of ['all', ...values]) {
        const count = counts.get(idOf(scope, value, column)) ?? 0;
        const shown = nhs2018.shown(count);
        cells.push({
          ...{
            id: idOf(scope, value, column),
            known: nhs2018.known(shown),
            protected: shown === 'suppressed',
          },
          ...(typeof shown === 'number' && shown > 0
            ? { secondary: { cost: shown, known: { low: 8, high: Infinity } } }
            : {}),
        });
      }
      for (const [characteristic, of] of size.characteristics.entries())
        relations.push(
          addUpTo(
            idOf(scope, 'all', column),
            Array.from({ length: of }, (_, value) => idOf(scope, `${characteristic}=${value}`, column)),
          ),
        );
    }
    const services = Array.from({ length: size.services }, (_, service) => service);
    for (const value of ['all', ...values]) {
      const of = (scope: string): string => idOf(scope, value, column);
      const distinct = (whole: string, parts: readonly string[]): void => {
        relations.push(
          ...parts.map((part) => atMost(of(part), of(whole))),
          atMostSumOf(of(whole), parts.map(of)),
        );
      };
      distinct(
        'programme',
        services.map((service) => `service ${service}`),
      );
      for (let strand = 0; strand < size.strands; strand += 1)
        distinct(
          `strand ${strand}`,
          services.filter((service) => strandOf(service) === strand).map((service) => `service ${service}`),
        );
    }
  }
  return { cells, relations };
}

const idOf = (scope: string, value: string, column: number): string => `${scope}, ${value}, ${column}`;
