import type { Channels } from './channels.js';
import { NONE } from './typed-column.js';

/** A record as the rules see it. Tokens are interned numbers: only equality is ever asked of them. */
export interface Evidence {
  readonly child: boolean;
  /** The full birth-date guard, or NONE. */
  readonly birthDate: number;
  /** The gender guard, or NONE; of person records alone. */
  readonly gender: number;
  /** The provider's own case number, or NONE. */
  readonly caseNumber: number;
  /** The dataset that numbers its cases so, or NONE for a fact: a case number tells the rows of one list apart. */
  readonly dataset: number;
  /** Every NHS number on the row, with or without force: a contradiction lies in the values. */
  readonly nhsNumbers: readonly number[];
  /** Usable tokens of its own that have force, in row order, and the channel of each. */
  readonly tokens: readonly number[];
  readonly channels: readonly number[];
  /** Tokens that are only compared, and the channel of each. */
  readonly compared: readonly number[];
  readonly comparedChannels: readonly number[];
}

/** What a record says, before force is asked: the form in which `partition` and the index hold every record. */
export interface RecordReading {
  readonly child: boolean;
  readonly person: boolean;
  readonly birthDate: number;
  readonly gender: number;
  readonly caseNumber: number;
  readonly dataset: number;
  /** Its own tokens of channels that connect, in row order, and the channel of each. */
  readonly own: readonly number[];
  readonly ownChannels: readonly number[];
  readonly compared: readonly number[];
  readonly comparedChannels: readonly number[];
}

/** What tells the people of rows apart: equal numbers for equal values, NONE for what a row does not say. */
export interface Marks {
  readonly birthDate: number;
  readonly nhsNumber: number;
  readonly dataset: number;
  readonly caseNumber: number;
}

/** A row that carries several NHS numbers is known by its first. */
export const marksOf = (
  { birthDate, dataset, caseNumber, own, ownChannels }: RecordReading,
  { nhsNumber }: Channels,
): Marks => ({
  birthDate,
  nhsNumber: own[ownChannels.indexOf(nhsNumber)] ?? NONE,
  dataset,
  caseNumber,
});

/** Whether a record that says this birth date may be joined through a token of the channel at all. */
export const isUsable = (channel: number, birthDate: number, channels: Channels): boolean =>
  birthDate !== NONE || !channels.joinsByBirthDate(channel);

/** The one reader of evidence: what a record says, with the tokens that it can be linked through. */
export function evidenceOf(
  reading: RecordReading,
  channels: Channels,
  hasForce: (token: number) => boolean,
): Evidence {
  const { child, person, birthDate, gender, caseNumber, dataset, own, ownChannels } = reading;
  const nhsNumbers: number[] = [];
  const tokens: number[] = [];
  const usable: number[] = [];
  for (let at = 0; at < own.length; at++) {
    const token = own[at] as number; // below length
    const channel = ownChannels[at] as number; // parallel to own
    if (channel === channels.nhsNumber) nhsNumbers.push(token);
    if (!isUsable(channel, birthDate, channels) || !hasForce(token)) continue;
    tokens.push(token);
    usable.push(channel);
  }
  return {
    child,
    birthDate,
    gender: person ? gender : NONE,
    caseNumber,
    dataset: person ? dataset : NONE,
    nhsNumbers,
    tokens,
    channels: usable,
    compared: reading.compared,
    comparedChannels: reading.comparedChannels,
  };
}

/** What a group of records says about whom it is. */
export interface Profile {
  readonly nhsNumbers: readonly number[];
  readonly birthDates: readonly number[];
  readonly genders: readonly number[];
  /** Cases of person records: {@link caseOf} dataset and number. */
  readonly cases: readonly number[];
  readonly child: boolean;
  readonly adult: boolean;
  /** True once a person's review has joined it: what the reviewer saw to differ no longer counts against a third. */
  readonly reviewed: boolean;
}

const nothing: readonly number[] = [];

export const profileOf = (record: Evidence): Profile => ({
  nhsNumbers: record.nhsNumbers,
  birthDates: record.birthDate === NONE ? nothing : [record.birthDate],
  genders: record.gender === NONE ? nothing : [record.gender],
  cases:
    record.dataset === NONE || record.caseNumber === NONE
      ? nothing
      : [caseOf(record.dataset, record.caseNumber)],
  child: record.child,
  adult: !record.child,
  reviewed: false,
});

export const joined = (one: Profile, other: Profile, reviewed = false): Profile => ({
  nhsNumbers: union(one.nhsNumbers, other.nhsNumbers),
  birthDates: union(one.birthDates, other.birthDates),
  genders: union(one.genders, other.genders),
  cases: union(one.cases, other.cases),
  child: one.child || other.child,
  adult: one.adult || other.adult,
  reviewed: reviewed || one.reviewed || other.reviewed,
});

/** Whether a person of this profile is the case that a fact names, in the same provider's numbering. */
export const isTheCaseOf = (fact: Evidence, { cases }: Profile): boolean =>
  fact.caseNumber !== NONE && cases.some((held) => numberOf(held) === fact.caseNumber);

/** True where one dataset lists them under different case numbers. */
export const areTwoCases = (one: readonly number[], other: readonly number[]): boolean =>
  one.some((mine) => other.some((theirs) => mine !== theirs && datasetOf(mine) === datasetOf(theirs)));

const CASES_PER_DATASET = 2 ** 31;
const caseOf = (dataset: number, caseNumber: number): number => dataset * CASES_PER_DATASET + caseNumber;
const datasetOf = (held: number): number => Math.floor(held / CASES_PER_DATASET);
const numberOf = (held: number): number => held % CASES_PER_DATASET;

/** Every value of either, once: the first list itself, where the other has nothing more. Each has a value once. */
export function union(one: readonly number[], other: readonly number[]): readonly number[] {
  const more = other.filter((value) => !one.includes(value));
  return more.length === 0 ? one : [...one, ...more];
}
