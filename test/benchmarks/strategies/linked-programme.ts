import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  familiesOf,
  firstBands,
  noConstraints,
  parsePeriod,
  partition,
  strategyOf,
  type KinRecord,
  type StrategySettings,
} from '@kinledger/domain';
import type { Programme } from '@kinledger/programme';
import type { SyntheticPerson } from '@kinledger/synthetic';
import { isIdentified, linkageRecordOf, takenRows, type TakenRow } from '../../programmes/files-through.ts';
import { programmeWith, type FieldSet } from './field-sets.ts';

export interface ProgrammeOptions {
  readonly people: number;
  readonly quarters: number;
  readonly seed: string;
  readonly profile: 'normal' | 'hard';
}

/** A row of the programme that linkage decides about, with what is true of its person. */
export interface KnownRow extends TakenRow {
  readonly truth: SyntheticPerson;
}

/** Somebody whom a row of the quarter truly makes count as reached, whether intake took the row or not. */
export interface TrulyReached {
  readonly person: SyntheticPerson;
  readonly provider: string;
}

/** The rows of a programme under a field set, and who was truly reached in its last quarter. */
export interface ProgrammeRows {
  readonly programme: Programme;
  readonly rows: readonly KnownRow[];
  readonly reached: readonly TrulyReached[];
}

/** The last quarter that the generator writes. */
const QUARTER = '2023-24-Q4';

export async function rowsOfProgramme(fields: FieldSet, options: ProgrammeOptions): Promise<ProgrammeRows> {
  const folder = await mkdtemp(join(tmpdir(), 'kinledger-strategies-'));
  try {
    return await rowsOf(await programmeWith(fields, folder), options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function rowsOf(programme: Programme, options: ProgrammeOptions): Promise<ProgrammeRows> {
  const reached: TrulyReached[] = [];
  const taken = await takenRows(programme, options, (dataset, _, { truth, reachedIn, provider }) => {
    const isCounted = programme.dataset(dataset)?.serviceDefinition.administrative === false;
    if (isCounted && reachedIn === QUARTER && truth !== undefined) reached.push({ person: truth, provider });
  });
  const live = new Map<string, KnownRow>();
  for (const each of taken) {
    const { truth } = each;
    if (each.row.role !== 'none' && truth !== undefined) live.set(each.row.rowKey, { ...each, truth });
  }
  return { programme, rows: [...live.values()], reached };
}

/** A strategy and the model that the engine ships for so many rows of people. */
export function settingsOf(name: 'leap-1' | 'kin-1', { programme, rows }: ProgrammeRows): StrategySettings {
  const { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken } =
    programme.definition.strategy;
  const limits = { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken };
  if (name === 'leap-1') return { name, ...limits };
  const ofPeople = rows.filter(({ dataset }) => dataset.dataType === 'user').length;
  return { name, ...limits, model: { coldStart: ofPeople }, ...firstBands };
}

/** What a strategy made of the rows. */
export interface Linked {
  readonly seconds: number;
  readonly individualOf: (row: KnownRow) => string | undefined;
  /** The reporting family: several individuals that are related, or one of whom a row has an identifier. */
  readonly familyOf: (row: KnownRow) => string | undefined;
  /** Why a row is in no individual. */
  readonly setAside: ReadonlyMap<string, 'unlinkable' | 'referred'>;
  /** By row key of their subjects: how many doubts wait for a person. */
  readonly referrals: ReadonlyMap<string, number>;
}

export function linkedBy(settings: StrategySettings, rows: readonly KnownRow[]): Linked {
  const strategy = strategyOf(settings);
  const records = rows.map((each): KinRecord => ({
    ...linkageRecordOf(each),
    service: each.dataset.service,
  }));
  const began = process.cpuUsage();
  const found = partition(records, noConstraints, strategy);
  const { user, system } = process.cpuUsage(began);
  const individuals = new Map<string, string>();
  for (const { persons, facts } of found.groups)
    for (const key of [...persons, ...facts]) individuals.set(key, persons[0] ?? facts[0] ?? '');
  const families = new Map<string, string>(
    familiesOf(records, found, [], strategy)
      .families.filter(({ scope }) => scope === 'programme')
      .flatMap(({ members }) => members.map((member) => [member, members[0] ?? ''] as const)),
  );
  const setAside = new Map<string, 'unlinkable' | 'referred'>();
  for (const { rowKey, reason } of found.setAside) if (reason !== 'impersonal') setAside.set(rowKey, reason);
  const referrals = new Map<string, number>();
  for (const { subject } of found.referrals) referrals.set(subject, (referrals.get(subject) ?? 0) + 1);
  const individualOf = ({ row }: KnownRow) => individuals.get(row.rowKey);
  const identified = new Set(rows.filter(isIdentified).map(individualOf));
  return {
    seconds: (user + system) / 1e6,
    individualOf,
    familyOf: (row) => {
      const individual = individualOf(row);
      if (individual === undefined) return undefined;
      return families.get(individual) ?? (identified.has(individual) ? individual : undefined);
    },
    setAside,
    referrals,
  };
}

/** Whether a row makes its individual count as reached in the last quarter. */
export function counts({ row: { facts }, dataset }: KnownRow): boolean {
  const period = parsePeriod(QUARTER);
  return (
    facts.kind === 'engagement' &&
    facts.attended &&
    !dataset.serviceDefinition.administrative &&
    dataset.schema['x-kinledger'].sessionKinds.includes(facts.sessionKind) &&
    period !== undefined &&
    facts.eventDate >= period.start &&
    facts.eventDate < period.end
  );
}
