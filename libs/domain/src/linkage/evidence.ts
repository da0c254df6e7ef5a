import type { Channels } from './channels.js';
import { NONE } from './typed-column.js';

const nothing: readonly number[] = [];

/** A record as the rules see it. Tokens are interned numbers, which the rules compare only for equality. */
export interface Evidence {
  readonly child: boolean;
  /** The guard token of the full birth date, or NONE. */
  readonly birthDate: number;
  /** The gender guard of a person record, or NONE. */
  readonly gender: number;
  /** The provider's own case number, or NONE. */
  readonly caseNumber: number;
  /**
   * The dataset to which a case number belongs; NONE for a fact. A case number tells apart only the rows of one
   * dataset.
   */
  readonly dataset: number;
  /** Every NHS number on the row, with or without force: contradictions compare the values. */
  readonly nhsNumbers: readonly number[];
  /** The record's own usable tokens with force, in row order, and the channel of each. */
  readonly tokens: readonly number[];
  readonly channels: readonly number[];
  /** The compared-only tokens, and the channel of each. */
  readonly compared: readonly number[];
  readonly comparedChannels: readonly number[];
  /** The record's candidate keys that are not crowded. */
  readonly keys: readonly number[];
}

/** What a record says, before force is considered. `partition` and the index both hold records in this form. */
export interface RecordReading {
  readonly child: boolean;
  readonly person: boolean;
  readonly birthDate: number;
  readonly gender: number;
  readonly caseNumber: number;
  readonly dataset: number;
  /** The record's own tokens of connecting channels, in row order, and the channel of each. */
  readonly own: readonly number[];
  readonly ownChannels: readonly number[];
  readonly compared: readonly number[];
  readonly comparedChannels: readonly number[];
  /** Candidate keys of a person record, crowded or not. */
  readonly keys: readonly number[];
}

/**
 * The values that tell apart the people behind rows: equal numbers for equal values, NONE for what the row does not
 * state.
 */
export interface Marks {
  readonly birthDate: number;
  readonly nhsNumber: number;
  readonly dataset: number;
  readonly caseNumber: number;
}

/** If a row carries several NHS numbers, only the first counts here. */
export const marksOf = (
  { birthDate, dataset, caseNumber, own, ownChannels }: RecordReading,
  { nhsNumber }: Channels,
): Marks => ({
  birthDate,
  nhsNumber: own[ownChannels.indexOf(nhsNumber)] ?? NONE,
  dataset,
  caseNumber,
});

/** Whether a token of this channel may link a record with this birth date at all. */
export const isUsable = (channel: number, birthDate: number, channels: Channels): boolean =>
  birthDate !== NONE || !channels.joinsByBirthDate(channel);

/** Whether a record may be linked at all: by a token, or by comparison with its candidates. */
export const isLinkable = ({ tokens, keys }: Evidence): boolean => tokens.length > 0 || keys.length > 0;

/** The only reader of evidence: what a record says, with the tokens that may link it and the keys that are in use. */
export function evidenceOf(
  reading: RecordReading,
  channels: Channels,
  hasForce: (token: number) => boolean,
  isCrowded: (key: number) => boolean,
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
    keys: reading.keys.length === 0 ? nothing : reading.keys.filter((key) => !isCrowded(key)),
  };
}

/** The combined evidence of a group of records. */
export interface Profile {
  readonly nhsNumbers: readonly number[];
  readonly birthDates: readonly number[];
  readonly genders: readonly number[];
  /** Cases of person records: dataset and case number, as {@link caseOf} combines them. */
  readonly cases: readonly number[];
  readonly child: boolean;
  readonly adult: boolean;
  /**
   * True once a person's review has joined the group. The differences that the reviewer accepted then no longer
   * contradict a third record.
   */
  readonly reviewed: boolean;
}

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

/** Whether this profile contains the case that a fact names, in the same provider's numbering. */
export const sharesCase = (fact: Evidence, { cases }: Profile): boolean =>
  fact.caseNumber !== NONE && cases.some((held) => numberOf(held) === fact.caseNumber);

/** Whether one dataset lists the two under different case numbers. */
export const areTwoCases = (one: readonly number[], other: readonly number[]): boolean =>
  one.some((mine) => other.some((theirs) => mine !== theirs && datasetOf(mine) === datasetOf(theirs)));

const CASES_PER_DATASET = 2 ** 31;
const caseOf = (dataset: number, caseNumber: number): number => dataset * CASES_PER_DATASET + caseNumber;
const datasetOf = (held: number): number => Math.floor(held / CASES_PER_DATASET);
const numberOf = (held: number): number => held % CASES_PER_DATASET;

/**
 * The distinct values of both lists. Returns the first list itself if the other adds nothing. Neither list has
 * duplicates.
 */
export function union(one: readonly number[], other: readonly number[]): readonly number[] {
  const more = other.filter((value) => !one.includes(value));
  return more.length === 0 ? one : [...one, ...more];
}
