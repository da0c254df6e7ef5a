import type { DatasetId, IndividualId, RecordId, RowKey, SubmissionId } from '@kinledger/contracts';
import { groupedTogether } from './component-of.js';
import { contradictionBetween } from './contradiction.js';
import { evidenceOf, isUsable, joined, profileOf, type Evidence, type Profile } from './evidence.js';
import type { Ground, ReferralReason } from './ground.js';
import type { LinkageIndex } from './linkage-index.js';
import type { MatchWeights } from './pair-account.js';
import { scoredCandidatesOf } from './scored-candidates.js';
import { NONE } from './typed-column.js';

/** Why two records that share a token, or that a strategy compares, do not belong to one individual. */
export type RivalVerdict =
  | ReferralReason
  /** More people hold the token than it can tell apart. */
  | 'token-without-force'
  /** A token of this kind joins only rows with the same birth date. */
  | 'birth-date-not-shared'
  /** A fact belongs to the owner of its strongest token, and this token is weaker. */
  | 'weaker-token'
  /** A fact attaches to a person, and never joins two. */
  | 'facts-never-join'
  /** The two may be one person, and their score does not decide it without a person. */
  | 'score-not-decisive'
  /** The two alone do not contradict each other; other records that they have met keep them apart. */
  | 'kept-apart-by-others';

/**
 * A record outside the considered record's individual that shares a token with the considered record, or that comparison
 * finds to be like it.
 */
export interface Rival {
  /** The kind of the strongest token that the two share, never the token itself; or the strategy that compares them. */
  readonly rule: string;
  /** What the pair scores, in millibits, if comparison found the rival. */
  readonly score?: number;
  /** How closely the two agree on each field, if comparison found the rival. */
  readonly levels?: Readonly<Record<string, string>>;
  /** How the pair comes to its score, if comparison found the rival: the considered record comes first. */
  readonly weights?: MatchWeights;
  readonly record: RecordId;
  /** The submission that brought the record into the ledger. */
  readonly submission: SubmissionId;
  /** Absent if the record is set aside. */
  readonly individual: IndividualId | undefined;
  readonly verdict: RivalVerdict;
}

/** A token of the record, by kind. */
export interface ConsideredToken {
  readonly rule: string;
  /** Whether it tells people apart, by the live records that are shown and hold it. */
  readonly hasForce: boolean;
  /** False if a token of this kind needs a birth date and the record has none. */
  readonly isUsable: boolean;
  /** The number of live records that are shown and hold the token as their own, including this record. */
  readonly holders: number;
}

/** A record of the same individual that an identifier links to another, by the kind of the identifier. */
export interface MetByToken {
  readonly rule: string;
  readonly record: RecordId;
}

/** What a strategy considers when it places a record, in the current state of the ledger. */
export interface Considered {
  readonly record: RecordId;
  readonly rowKey: RowKey;
  /** Strongest first. */
  readonly tokens: readonly ConsideredToken[];
  /**
   * One record for each other individual, and each record set aside; records that share the strongest tokens come
   * first, then those with the highest scores.
   */
  readonly rivals: readonly Rival[];
  /** The number of further rivals, which are not listed. */
  readonly more: number;
}

const MAX_RIVALS = 20;
/** Larger groups are not compared again: the verdict is then `kept-apart-by-others`. */
const MAX_GROUP = 2_000;

/** A record that shares a token with the considered record; or, with token NONE, one that comparison found. */
interface Meeting {
  readonly record: number;
  readonly token: number;
  /** Comparison comes after all channels. */
  readonly channel: number;
  /** In millibits; 0 for a shared token. */
  readonly score: number;
}

/** Which records are told of. */
type Shown = (record: number) => boolean;

/** The records of datasets that are shown. */
const shownIn =
  ({ records, submissions }: LinkageIndex, isShown: (dataset: DatasetId) => boolean): Shown =>
  (record) =>
    isShown(submissions.get(records.submissionOf(record)).dataset);

/**
 * What the strategy considers when it decides where a live record belongs, and why each alternative loses. Records of datasets that are
 * not shown are left out, as if they were not there: an identifier that only they rob of its force is told as one that has it, and a rival
 * that lost for that alone as one whom others keep apart. Only reads the index, apart from bringing the stored force of tokens up to date.
 */
export function considerRecord(
  index: LinkageIndex,
  record: number,
  isShownDataset: (dataset: DatasetId) => boolean,
): Considered {
  index.settle();
  const { records } = index;
  const isShown = shownIn(index, isShownDataset);
  const meetings = new Map<string, Meeting>();
  const tokens: (ConsideredToken & { readonly channel: number })[] = [];
  const own = placeOf(index, record);
  const { channels } = index.strategy;
  const end = records.endOfOccurrences(record);
  for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
    if (records.isCarerAt(at)) continue;
    const token = records.tokenAt(at);
    const channel = index.tokens.channelOf(token);
    let holders = 0;
    for (const holder of liveHoldersOf(index, token)) {
      if (!isShown(holder)) continue;
      holders += 1;
      const place = placeOf(index, holder);
      if (holder === record || place === own) continue;
      const areBothPersons = records.isPerson(record) && records.isPerson(holder);
      if (areBothPersons && !channels.joinsPersons(channel)) continue;
      const known = meetings.get(place);
      if (known === undefined || channel < known.channel)
        meetings.set(place, { record: holder, token, channel, score: 0 });
    }
    tokens.push({
      rule: channels.domainOf(channel),
      hasForce: hasForceAmong(index, token, isShown),
      isUsable: isUsable(channel, records.birthDateOf(record), channels),
      ...{ holders, channel },
    });
  }
  for (const candidate of scoredCandidatesOf(index, record, (one) => evidenceIn(index, one))) {
    const place = placeOf(index, candidate.record);
    if (place === own || !isShown(candidate.record)) continue;
    const known = meetings.get(place);
    const met = { ...candidate, token: NONE, channel: channels.count };
    // A token that joins nobody says less than the comparison of the same two individuals.
    if (known === undefined || isWeaker(known, met) || tokenAgainst(index, record, known) !== null)
      meetings.set(place, met);
  }
  const all = [...meetings.values()].sort((one, other) => (isWeaker(other, one) ? -1 : 1));
  return {
    record: records.idOf(record),
    rowKey: index.keys.idOf(records.keyOf(record)),
    tokens: tokens
      .sort((one, other) => one.channel - other.channel)
      .map(({ rule, hasForce, isUsable: usable, holders }) => ({
        rule,
        hasForce,
        isUsable: usable,
        holders,
      })),
    rivals: all.slice(0, MAX_RIVALS).map((meeting) => ({
      ...groundOf(index, record, meeting),
      record: records.idOf(meeting.record),
      submission: index.submissions.get(records.submissionOf(meeting.record)).id,
      individual:
        records.outcomeOf(meeting.record) === 'placed'
          ? index.individuals.idOf(individualOf(index, meeting.record))
          : undefined,
      verdict: verdictOn(index, record, meeting, isShown),
    })),
    more: Math.max(0, all.length - MAX_RIVALS),
  };
}

/**
 * The person record of its individual to which the strongest identifier links a live record, among those of datasets that are shown;
 * undefined if no identifier links it to one.
 * @param isMeant which of these records count.
 */
export function metByToken(
  index: LinkageIndex,
  record: number,
  isShownDataset: (dataset: DatasetId) => boolean,
  isMeant: (record: RecordId) => boolean = () => true,
): MetByToken | undefined {
  index.settle();
  const { records, tokens } = index;
  const { channels } = index.strategy;
  const isShown = shownIn(index, isShownDataset);
  const own = placeOf(index, record);
  let met: { readonly record: number; readonly channel: number } | undefined;
  const end = records.endOfOccurrences(record);
  for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
    const token = records.tokenAt(at);
    const channel = tokens.channelOf(token);
    if (records.isCarerAt(at) || !tokens.linked(token) || (met !== undefined && met.channel < channel))
      continue;
    if (records.isPerson(record) && !channels.joinsPersons(channel)) continue;
    const birthDate = records.birthDateOf(record);
    for (const holder of liveHoldersOf(index, token)) {
      if (
        holder === record ||
        !records.isPerson(holder) ||
        placeOf(index, holder) !== own ||
        !isShown(holder) ||
        !isMeant(records.idOf(holder))
      )
        continue;
      if (
        channels.joinsByBirthDate(channel) &&
        (birthDate === NONE || birthDate !== records.birthDateOf(holder))
      )
        continue;
      if (met === undefined || channel < met.channel || holder < met.record)
        met = { record: holder, channel };
    }
  }
  return met === undefined
    ? undefined
    : { rule: channels.domainOf(met.channel), record: records.idOf(met.record) };
}

export const individualOf = ({ individuals, records }: LinkageIndex, record: number): number =>
  individuals.resolve(records.individualOf(record));

/** The same text for records of one individual; a text of its own for a record that is set aside. */
const placeOf = (index: LinkageIndex, record: number): string =>
  index.records.outcomeOf(record) === 'placed' ? `i${individualOf(index, record)}` : `r${record}`;

function* liveHoldersOf({ records, tokens }: LinkageIndex, token: number): Generator<number> {
  for (const list of ['persons', 'facts'] as const)
    for (let at = tokens.firstHolder(token, list); at !== NONE; at = records.nextHolder(at)) {
      const holder = records.holderAt(at);
      if (records.isLive(holder)) yield holder;
    }
}

/** Whether a token has force by those of its live holders that are shown. */
const hasForceAmong = (index: LinkageIndex, token: number, isShown: Shown): boolean =>
  index.tokens.linked(token) ||
  index.links(token, (occurrence) => {
    const holder = index.records.holderAt(occurrence);
    return index.records.isLive(holder) && isShown(holder);
  });

/** Whether a meeting comes after another in the list of rivals. */
const isWeaker = (one: Meeting, other: Meeting): boolean =>
  (one.channel - other.channel || other.score - one.score || one.record - other.record) > 0;

function groundOf(
  index: LinkageIndex,
  record: number,
  { record: rival, token, channel }: Meeting,
): Ground & Pick<Rival, 'weights'> {
  const { channels, pairs } = index.strategy;
  if (token !== NONE || pairs === undefined) return { rule: channels.domainOf(channel) };
  const [mine, theirs] = [evidenceIn(index, record), evidenceIn(index, rival)];
  const weights = pairs.account?.weigh(mine, theirs);
  return { ...pairs.groundOf(mine, theirs), ...(weights === undefined ? {} : { weights }) };
}

/** Why the token that two records share joins nobody, or not these two. */
function tokenAgainst(
  { records, strategy, tokens }: LinkageIndex,
  record: number,
  { record: rival, token, channel }: Meeting,
): RivalVerdict | null {
  if (token === NONE) return null;
  if (!tokens.linked(token)) return 'token-without-force';
  const [birthDate, theirs] = [records.birthDateOf(record), records.birthDateOf(rival)];
  return strategy.channels.joinsByBirthDate(channel) && (birthDate === NONE || birthDate !== theirs)
    ? 'birth-date-not-shared'
    : null;
}

function verdictOn(index: LinkageIndex, record: number, meeting: Meeting, isShown: Shown): RivalVerdict {
  const { records, strategy } = index;
  const { record: rival, channel } = meeting;
  const against = tokenAgainst(index, record, meeting);
  if (against === 'token-without-force' && hasForceAmong(index, meeting.token, isShown))
    return 'kept-apart-by-others';
  if (against !== null) return against;
  const [mine, others] = [membersOf(index, record).filter(isShown), membersOf(index, rival).filter(isShown)];
  if (forbids(index, [record, ...mine], [rival, ...others])) return 'forbidden';
  if (!records.isPerson(record)) return verdictOnFact(index, record, channel, mine, others);
  if (!records.isPerson(rival)) return 'facts-never-join';
  const members = [...mine, ...others];
  if (members.length > MAX_GROUP) return 'kept-apart-by-others';
  const { evidence, constraints } = groupedTogether(index, members, (member) => evidenceIn(index, member));
  const grouping = strategy.group(evidence, constraints);
  const [refusal] = grouping.refusals;
  if (refusal === undefined) return 'kept-apart-by-others';
  const isByScore = refusal.ground.score !== undefined;
  return isByScore && refusal.reason === 'ambiguous' ? 'score-not-decisive' : refusal.reason;
}

/** A fact goes to the owner of its strongest token, unless the two contradict each other or several owners remain. */
function verdictOnFact(
  index: LinkageIndex,
  fact: number,
  channel: number,
  mine: readonly number[],
  others: readonly number[],
): RivalVerdict {
  const profile = profileIn(index, others);
  const contradiction =
    profile === null
      ? null
      : contradictionBetween(
          profileOf(evidenceIn(index, fact)),
          // As the strategy sees it when it attaches facts.
          index.strategy.profileForFacts(profile),
        );
  if (contradiction !== null) return contradiction;
  const { channels } = evidenceIn(index, fact);
  const holds = (member: number) => evidenceIn(index, member).channels;
  const strongest = Math.min(...channels.filter((one) => mine.some((member) => holds(member).includes(one))));
  if (strongest < channel) return 'weaker-token';
  return others.length === 0 ? 'facts-never-join' : 'ambiguous';
}

function profileIn(index: LinkageIndex, members: readonly number[]): Profile | null {
  let all: Profile | null = null;
  for (const member of members) {
    const profile = profileOf(evidenceIn(index, member));
    all = all === null ? profile : joined(all, profile);
  }
  if (all === null || index.constraints.isEmpty) return all;
  const rows = new Set(members.map((member) => index.records.keyOf(member)));
  const reviewed = [...rows].some((row) =>
    [...index.constraints.partnersOf(row)].some(
      ([partner, decided]) => decided === 'link' && rows.has(partner),
    ),
  );
  return { ...all, reviewed };
}

export const evidenceIn = (index: LinkageIndex, record: number): Evidence =>
  evidenceOf(
    index.records.readingOf(record),
    index.strategy.channels,
    (token) => index.tokens.linked(token),
    (key) => index.isCrowded(key),
  );

/** The live person records of a record’s individual; for a person record that is set aside, that record alone. */
export function membersOf(index: LinkageIndex, record: number): number[] {
  const { individuals, records } = index;
  if (records.outcomeOf(record) !== 'placed') return records.isPerson(record) ? [record] : [];
  const members: number[] = [];
  const individual = individualOf(index, record);
  for (let at = individuals.firstMember(individual, 'persons'); at !== NONE; at = individuals.nextMember(at))
    members.push(at);
  return members;
}

function forbids(index: LinkageIndex, mine: readonly number[], others: readonly number[]): boolean {
  const { constraints, keys, records } = index;
  if (constraints.isEmpty) return false;
  const theirs = new Set(others);
  return mine.some((member) =>
    [...constraints.partnersOf(records.keyOf(member))].some(
      ([key, decided]) => decided === 'never-link' && theirs.has(keys.liveRecord(key)),
    ),
  );
}
