import {
  familiesOf,
  noConstraints,
  parsePeriod,
  partition,
  strategyOf,
  type KinRecord,
} from '@kinledger/domain';
import {
  assessLinkage,
  assessWithout,
  boundCount,
  type CountBounds,
  type CountedCases,
  type Interval,
  type LinkErrors,
  type Measures,
} from '@kinledger/linkage-quality';
import type { Programme } from '@kinledger/programme';
import { isIdentified, linkageRecordOf, takenRows, type TakenRow } from '../programmes/files-through.js';

/** A figure of reach with its bounds, and who was truly reached by the rows that were taken. */
export interface ReachedInMemory {
  readonly cases: CountedCases;
  /** Of families: those of two people or more, and people of unknown family, whom families leave out. */
  readonly related: number;
  readonly unknown: number;
  /** By the rates that the truth gives. */
  readonly byTruth: CountBounds;
  /** By the rates of records with an NHS number, which were linked without it. */
  readonly byHeldOut: CountBounds;
  readonly truth: number;
}

type Kind = 'children' | 'adults' | 'families';
const rolesOf: Readonly<Record<Kind, readonly string[]>> = {
  children: ['child'],
  adults: ['adult'],
  families: ['child', 'adult'],
};

/** Links a synthetic programme in memory, and bounds reach of its last quarter. */
export async function reachedInMemory(
  programme: Programme,
  options: Parameters<typeof takenRows>[1],
): Promise<Readonly<Record<Kind, ReachedInMemory>>> {
  const live = new Map(
    (await takenRows(programme, options))
      .filter(({ row }) => row.role !== 'none')
      .map((taken) => [taken.row.rowKey, taken]),
  );
  const whose = linked(programme, [...live.values()]);
  const without = assessWithout(
    'nhs-number',
    [...live.values()].map(linkageRecordOf),
    noConstraints,
    strategyOf(programme.definition.strategy),
    { fieldOf: () => undefined, seed: String(options.seed) },
  );
  const period = parsePeriod('2023-24-Q4')!;
  const bounded = (kind: Kind): ReachedInMemory => {
    const isFamily = kind === 'families';
    const inRole = [...live.values()].filter(({ row }) => rolesOf[kind].includes(row.role));
    const truly = ({ person, family }: TakenRow) => (isFamily ? family : person);
    const counted = (taken: TakenRow) => (isFamily ? whose.family(taken) : whose.individual(taken));
    const isUnknown = (taken: TakenRow) =>
      isFamily && whose.individual(taken) !== undefined && whose.family(taken) === undefined;
    const reached = inRole.filter((taken) => qualifies(taken, period));
    const { measures } = assessLinkage(
      inRole
        .filter(({ dataset }) => dataset.dataType === 'user' && !dataset.serviceDefinition.administrative)
        .map((taken) => ({ person: truly(taken), individual: counted(taken) })),
    ).quality;
    const distinct = (of: (taken: TakenRow) => string, which: readonly TakenRow[]) =>
      new Set(which.map(of)).size;
    const [one, other] = [
      reached.filter((taken) => counted(taken) !== undefined),
      reached.filter((taken) => counted(taken) === undefined),
    ];
    const cases = {
      counted: distinct((taken) => counted(taken) ?? '', one),
      cases: distinct((taken) => `${counted(taken)} ${caseOf(taken)}`, one),
      identified: {
        counted: distinct((taken) => counted(taken) ?? '', one.filter(isIdentified)),
        cases: distinct((taken) => `${counted(taken)} ${caseOf(taken)}`, one.filter(isIdentified)),
      },
      unlinkable: distinct(
        caseOf,
        other.filter((taken) => !whose.isReferred(taken)),
      ),
      referred: distinct(caseOf, other.filter(whose.isReferred)),
    };
    const related = distinct((taken) => counted(taken) ?? '', one.filter(whose.isRelated));
    const unknown = distinct((taken) => whose.individual(taken) ?? '', other.filter(isUnknown));
    const heldOut = without(({ role }) => rolesOf[kind].includes(role)).measures;
    return {
      ...{ cases, related, unknown },
      byTruth: boundCount(cases, errorsOf(measures)),
      byHeldOut: boundCount(cases, errorsOf(heldOut)),
      truth: distinct(truly, reached),
    };
  };
  return { children: bounded('children'), adults: bounded('adults'), families: bounded('families') };
}

const anything: Interval = { low: 0, high: 1 };
const errorsOf = ({ falseLinks, missedLinks }: Measures): LinkErrors => ({
  falseLinks: falseLinks.interval ?? anything,
  missedLinks: missedLinks.interval ?? anything,
});

const caseOf = ({ row, dataset }: TakenRow): string =>
  `${dataset.id} ${row.tokens.find(({ use }) => use === 'local')?.token ?? row.rowKey}`;

/** Whether a row is an engagement of the period that counts towards reach. */
export function qualifies(
  { row, dataset }: TakenRow,
  { start, end }: { start: string; end: string },
): boolean {
  const { facts } = row;
  return (
    facts.kind === 'engagement' &&
    facts.attended &&
    dataset.schema['x-kinledger'].sessionKinds.includes(facts.sessionKind) &&
    facts.eventDate >= start &&
    facts.eventDate < end
  );
}

/** Links rows all at once. @returns the individual and the reporting family of each row; none of a person of unknown family */
export function linked({ definition }: Programme, taken: readonly TakenRow[]) {
  const strategy = strategyOf(definition.strategy);
  const records = taken.map((each): KinRecord => ({
    ...linkageRecordOf(each),
    service: each.dataset.service,
  }));
  const found = partition(records, noConstraints, strategy);
  const individuals = new Map<string, string>(
    found.groups.flatMap(({ persons, facts }) =>
      [...persons, ...facts].map((key) => [key, persons[0] ?? facts[0] ?? ''] as const),
    ),
  );
  const families = new Map<string, string>(
    familiesOf(records, found, [], strategy)
      .families.filter(({ scope }) => scope === 'programme')
      .flatMap(({ members }) => members.map((member) => [member, members[0] ?? ''] as const)),
  );
  const referred = new Set<string>(
    found.setAside.filter(({ reason }) => reason === 'referred').map(({ rowKey }) => rowKey),
  );
  const individual = ({ row }: TakenRow) => individuals.get(row.rowKey);
  const identified = new Set(taken.filter(isIdentified).map(individual));
  return {
    individual,
    family: (each: TakenRow) => {
      const found = individual(each);
      if (found === undefined) return undefined;
      return families.get(found) ?? (identified.has(found) ? found : undefined);
    },
    isRelated: (each: TakenRow) => families.has(individual(each) ?? ''),
    isReferred: ({ row }: TakenRow) => referred.has(row.rowKey),
  };
}
