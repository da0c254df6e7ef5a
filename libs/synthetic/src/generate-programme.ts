import type { PeriodCode } from '@kinledger/contracts';
import type { Programme } from '@kinledger/programme';
import { Contacts, MAX_PEOPLE } from './contacts.js';
import { dayOf } from './days.js';
import { Enrolments } from './enrolment.js';
import { programmeNotSynthetic } from './generation-errors.js';
import type { DataProfile } from './case-faults.js';
import { Households } from './household.js';
import type { Neighbourhood } from './household.js';
import { planProgramme } from './plan.js';
import type { SyntheticFile } from './plan.js';
import { rootOf } from './random.js';
import { ReachTally } from './reach-tally.js';
import type { TrueReach } from './reach-tally.js';
import { RowWriter } from './row-writer.js';
import { familyId, personId } from './synthetic-item.js';
import type { SyntheticPerson, SyntheticRow } from './synthetic-item.js';

export interface SyntheticOptions {
  readonly programme: Programme;
  /** Approximate number of people in families, because the last household is completed. At most 900,000. */
  readonly people: number;
  readonly quarters: number;
  readonly seed: number | string;
  /** The last quarter; `2023-24-Q4` if absent. */
  readonly endPeriod?: PeriodCode;
  /** Services and datasets to write files for; all if absent. */
  readonly only?: readonly string[] | undefined;
  /** How well providers record people; normal if absent. */
  readonly profile?: DataProfile | undefined;
  /** Salt for digests made at source. */
  readonly salt: string;
}

export interface SyntheticProgramme {
  /** In order of submission. A file without rows is not sent. */
  readonly files: readonly SyntheticFile[];
  /**
   * All rows and people, household by household, generated as they are read, so that memory does not grow with the
   * number of people. Rows of one file come in their order. The same options give the same items.
   */
  items(onHousehold?: (people: number) => void): IterableIterator<SyntheticRow | SyntheticPerson>;
  /** True reach of what {@link items} has yielded so far; complete once it is exhausted. */
  reach(): TrueReach;
}

export const DEFAULT_END_PERIOD = '2023-24-Q4' as PeriodCode;

/**
 * A synthetic programme with the datasets of a definition: families who use its services over some quarters, as
 * their providers would write them, and the truth about them.
 * @throws ProgrammeNotSynthetic for a definition of real people, because generated values are reserved for tests.
 * @throws RangeError for a number of people or quarters out of range, or an unknown name in `only`.
 * @throws ColumnNotGenerated for a definition that requires a column without synthetic values.
 */
export async function generateProgramme(options: SyntheticOptions): Promise<SyntheticProgramme> {
  const { programme, people, quarters, salt, only } = options;
  if (programme.definition.synthetic !== true) throw programmeNotSynthetic(programme.definition.id);
  requireWhole('people', people, MAX_PEOPLE);
  requireWhole('quarters', quarters, 80);
  const root = rootOf(options.seed);
  const endPeriod = options.endPeriod ?? DEFAULT_END_PERIOD;
  const plan = planProgramme(programme, quarters, endPeriod, salt, root, only);
  const lookup = await programme.postcodeLookup();
  const neighbourhoods = neighbourhoodsOf(programme, lookup.entries());
  const timeline = {
    quarters,
    starts: dayOf(plan.quarters[0]?.period.start ?? ''),
    ends: dayOf(plan.quarters.at(-1)?.period.end ?? ''),
  };
  let tally = new ReachTally(plan);

  return {
    files: plan.files,
    *items(onHousehold) {
      tally = new ReachTally(plan);
      const contacts = new Contacts(root, quarters);
      const households = new Households(root, contacts, neighbourhoods, timeline);
      const enrolments = new Enrolments(
        root,
        plan,
        lookup.protectedPostcodes[0],
        options.profile ?? 'normal',
      );
      const rows = new RowWriter(root, plan, contacts, enrolments, tally);
      let next = 0;
      for (let number = 0; next < people; number++) {
        const household = households.at(number, next);
        for (const person of [...household.carers, ...household.children]) {
          yield {
            of: 'person',
            person: personId(person.number),
            family: familyId(household.number),
            role: person.role,
            decile: household.decile,
            ethnicity: person.ethnicity,
          };
        }
        yield* rows.household(household);
        next += household.carers.length + household.children.length;
        onHousehold?.(next);
      }
      yield* rows.workers(households, people, next);
      yield* rows.activity();
    },
    reach: () => tally.reach(),
  };
}

function neighbourhoodsOf(
  programme: Programme,
  entries: Iterable<readonly [postcode: string, lsoa: string]>,
): readonly Neighbourhood[] {
  const postcodes = new Map<string, string[]>();
  for (const [postcode, lsoa] of entries) {
    const known = postcodes.get(lsoa);
    if (known) known.push(postcode);
    else postcodes.set(lsoa, [postcode]);
  }
  const neighbourhoods = programme.definition.area.lsoas.flatMap(({ code, deprivationDecile, inArea }) => {
    const own = postcodes.get(code);
    return own ? [{ lsoa: code, decile: deprivationDecile, inArea, postcodes: own }] : [];
  });
  if (neighbourhoods.length === 0)
    throw new RangeError('no area of the definition has a postcode in its look-up');
  return neighbourhoods;
}

function requireWhole(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(`${name} is a whole number from 1 to ${most}, not ${value}`);
  }
}
