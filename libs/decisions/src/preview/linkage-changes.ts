import type { DatasetId, LedgerDecision, RecordId, Role } from '@kinledger/contracts';
import { NONE, type ReferralReason } from '@kinledger/domain';
import {
  IMPERSONAL,
  NOT_LIVE,
  REFERRED,
  relationshipKinds,
  UNLINKABLE,
  type LinkageStanding,
  type RelationshipKind,
  type Standing,
  type StandingReferral,
} from './linkage-standing.js';

/** Individuals that become one, or one that becomes several. */
export interface Regrouping {
  /** Individuals that others meet in, or that come apart. */
  readonly groups: number;
  /** Individuals before, of a merge; individuals afterwards, of a split. */
  readonly individuals: number;
  /** Their live records. */
  readonly records: number;
}

/** What changes for the people of one role. */
export interface RoleChanges {
  readonly role: Role;
  readonly before: number;
  readonly after: number;
  readonly merges: Regrouping;
  readonly splits: Regrouping;
}

/** What changes for the live records of one dataset and role. */
export interface SourceChanges {
  readonly dataset: DatasetId;
  readonly role: Role;
  readonly live: number;
  /** Records that belong to an individual. */
  readonly linked: Change;
  /** Set aside without a usable identifier. */
  readonly unlinkable: Change;
  /** Set aside because they could belong to two individuals. */
  readonly referred: Change;
  /** Set aside before, and linked afterwards: to an individual that stands, and as an individual of their own. */
  readonly joining: { readonly toOthers: number; readonly alone: number };
  /** Linked before, and set aside afterwards. */
  readonly leaving: number;
  /** Records of individuals that merge, and of those that split. */
  readonly merged: number;
  readonly split: number;
  /** Doubts about these records that wait for a person. */
  readonly referrals: Change;
}

export interface Change {
  readonly before: number;
  readonly after: number;
}

/** What becomes of the doubts that wait for a person, by reason. */
export interface ReferralChanges extends Change {
  readonly reason: ReferralReason;
  readonly opened: number;
  /** Their records are one individual afterwards. */
  readonly settled: number;
  /** They lapse, and are not linked. */
  readonly lapsed: number;
  /** Wait before and afterwards, some of them with other candidates. */
  readonly staying: number;
}

export interface RelationshipChanges extends Change {
  readonly kind: RelationshipKind;
  readonly identified: number;
  readonly ended: number;
}

export interface FamilyChanges extends Change {
  readonly scope: string;
  readonly formed: number;
  readonly dissolved: number;
  /** Families that stay and have other members. */
  readonly changed: number;
}

/** Records by which somebody can look up what would happen: one of each side. */
export interface ChangeExample {
  readonly records: readonly RecordId[];
  /** Why they are linked or doubted, where a decision says so. */
  readonly rule?: string;
  /** In millibits. */
  readonly score?: number;
  readonly reason?: ReferralReason;
}

export const exampleKinds = ['merges', 'splits', 'joining', 'leaving', 'referrals'] as const;
export type ExampleKind = (typeof exampleKinds)[number];

/** What decisions change in who belongs to whom. */
export interface LinkageChanges {
  readonly individuals: readonly RoleChanges[];
  readonly sources: readonly SourceChanges[];
  readonly referrals: readonly ReferralChanges[];
  readonly relationships: readonly RelationshipChanges[];
  readonly families: readonly FamilyChanges[];
  /** The weakest of each kind first. */
  readonly examples: Readonly<Record<ExampleKind, readonly ChangeExample[]>>;
}

/** The same while it is counted. */
type Counted<Of> = {
  -readonly [Key in keyof Of]: Of[Key] extends Regrouping ? Counted<Of[Key]> : Of[Key];
};

interface Ground {
  readonly rule: string;
  readonly score: number | undefined;
}

/** Takes decisions that nobody has made, and says what they would change. */
export class DraftedChanges {
  readonly #standing: LinkageStanding;
  readonly #before: Standing;
  /** Why an individual was absorbed. */
  readonly #merged = new Map<number, Ground>();
  /** Why a record that was set aside is linked. */
  readonly #joined = new Map<RecordId, Ground>();

  constructor(standing: LinkageStanding) {
    this.#standing = standing;
    this.#before = standing.now();
  }

  take(decision: LedgerDecision): void {
    this.#standing.take(decision);
    if (decision.type === 'IndividualsMerged') {
      const { absorbed, decision: ground } = decision.data;
      this.#merged.set(this.#standing.individual(absorbed), { rule: ground.rule, score: ground.score });
    } else if (decision.type === 'RecordsPlaced') {
      for (const placement of decision.data.placements)
        if ('individual' in placement)
          this.#joined.set(placement.record, { rule: placement.rule, score: placement.score });
    }
  }

  /**
   * @param isShown whether records of a dataset may be examples; all of them are counted.
   * @param examples how many of each kind.
   */
  changes(isShown: (dataset: DatasetId) => boolean, examples: number): LinkageChanges {
    const after = this.#standing.now();
    const comparison = new PlaceComparison(this.#standing, this.#before.places, after.places);
    const pick = new Examples(this.#standing, [this.#before.places, after.places], isShown, examples);
    const referrals = turnoverOfReferrals(this.#before, after);
    return {
      individuals: comparison.byRole(),
      sources: comparison.bySource(this.#before.referrals.values(), after.referrals.values()),
      referrals: referralChanges(after, referrals),
      relationships: relationshipKinds.map((kind, number) => ({
        kind,
        ...turnover(this.#before.relationships, after.relationships, (state) => state === number),
      })),
      families: this.#familyChanges(after),
      examples: {
        merges: pick.of(comparison.merges(), (individuals) => this.#groundOfMerge(individuals)),
        splits: pick.of(comparison.splits()),
        joining: pick.of(comparison.joining(), (_, [record]) => this.#groundOfJoining(record)),
        leaving: pick.of(comparison.leaving()),
        referrals: pick.ofReferrals(referrals.opened),
      },
    };
  }

  #groundOfMerge(individuals: readonly number[]): Ground | undefined {
    return individuals
      .flatMap((individual) => this.#merged.get(individual) ?? [])
      .sort((one, other) => (one.score ?? Infinity) - (other.score ?? Infinity))[0];
  }

  #groundOfJoining(record: number | undefined): Ground | undefined {
    return record === undefined ? undefined : this.#joined.get(this.#standing.recordId(record));
  }

  #familyChanges(after: Standing): FamilyChanges[] {
    const { scopes } = this.#standing;
    return scopes.map((scope, number) => {
      const counts = { before: 0, after: 0, formed: 0, dissolved: 0, changed: 0 };
      for (let family = 0; family < after.families.length; family++) {
        if (this.#standing.scopeOf(family) !== number) continue;
        const was = this.#before.families[family] ?? 0;
        const is = after.families[family] ?? 0;
        if (was > 0) counts.before += 1;
        if (is > 0) counts.after += 1;
        if (was <= 0 && is > 0) counts.formed += 1;
        if (was > 0 && is <= 0) counts.dissolved += 1;
        if (was > 0 && is > 0 && was !== is) counts.changed += 1;
      }
      const { formed, dissolved, changed, ...change } = counts;
      return { scope, ...change, formed, dissolved, changed };
    });
  }
}

/** How many things are in a state before and after, and how many come into it and leave it. */
function turnover(before: Int32Array, after: Int32Array, isIn: (state: number) => boolean) {
  const counts = { before: 0, after: 0, identified: 0, ended: 0 };
  for (let thing = 0; thing < after.length; thing++) {
    const was = isIn(before[thing] ?? NONE);
    const is = isIn(after[thing] ?? NONE);
    if (was) counts.before += 1;
    if (is) counts.after += 1;
    if (!was && is) counts.identified += 1;
    if (was && !is) counts.ended += 1;
  }
  return counts;
}

/** Doubts that wait for a person: where a decision keeps two apart, nobody has to decide. */
const waits = ({ reason }: StandingReferral): boolean => reason !== 'forbidden';
const questionOf = ({ reason, subject }: StandingReferral): string => `${reason} ${subject}`;

interface ReferralTurnover {
  readonly staying: readonly StandingReferral[];
  readonly gone: readonly StandingReferral[];
  readonly opened: readonly StandingReferral[];
}

/** A doubt stays if it is the same, or asks the same of the same record about other candidates. */
function turnoverOfReferrals(before: Standing, after: Standing): ReferralTurnover {
  const staying: StandingReferral[] = [];
  const gone: StandingReferral[] = [];
  const opened = new Map<string, StandingReferral[]>();
  for (const [id, referral] of after.referrals) {
    if (!waits(referral) || before.referrals.has(id)) continue;
    const question = questionOf(referral);
    opened.set(question, [...(opened.get(question) ?? []), referral]);
  }
  for (const [id, referral] of before.referrals) {
    if (!waits(referral)) continue;
    if (after.referrals.has(id) || opened.get(questionOf(referral))?.shift() !== undefined)
      staying.push(referral);
    else gone.push(referral);
  }
  return { staying, gone, opened: [...opened.values()].flat() };
}

function referralChanges(after: Standing, { staying, gone, opened }: ReferralTurnover): ReferralChanges[] {
  const reasons = new Map<ReferralReason, Counted<ReferralChanges>>();
  const of = ({ reason }: StandingReferral) => {
    const none = { before: 0, after: 0, opened: 0, settled: 0, lapsed: 0, staying: 0 };
    const counts = reasons.get(reason) ?? { reason, ...none };
    reasons.set(reason, counts);
    return counts;
  };
  for (const referral of staying) {
    const counts = of(referral);
    counts.before += 1;
    counts.after += 1;
    counts.staying += 1;
  }
  for (const referral of gone) {
    const counts = of(referral);
    counts.before += 1;
    if (isOnePerson(referral, after.places)) counts.settled += 1;
    else counts.lapsed += 1;
  }
  for (const referral of opened) {
    const counts = of(referral);
    counts.after += 1;
    counts.opened += 1;
  }
  return [...reasons.values()].sort((one, other) => compare(one.reason, other.reason));
}

const isOnePerson = ({ subject, candidates }: StandingReferral, places: Int32Array): boolean => {
  const place = places[subject] ?? NOT_LIVE;
  return place >= 0 && candidates.some((candidate) => places[candidate] === place);
};

/** Individuals before and after as sets of live records. */
class PlaceComparison {
  readonly #standing: LinkageStanding;
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  /** Of each individual whose records lie in more than one on the other side: those others, in the order of their records. */
  readonly #merges: ReadonlyMap<number, readonly number[]>;
  readonly #splits: ReadonlyMap<number, readonly number[]>;

  constructor(standing: LinkageStanding, before: Int32Array, after: Int32Array) {
    this.#standing = standing;
    this.#before = before;
    this.#after = after;
    this.#merges = meetings(after, before);
    this.#splits = meetings(before, after);
  }

  /** An individual is of the role of its first record. */
  byRole(): RoleChanges[] {
    const counts = new Map<Role, Counted<RoleChanges>>();
    const of = (role: Role) => {
      const none = () => ({ groups: 0, individuals: 0, records: 0 });
      const found = counts.get(role) ?? { role, before: 0, after: 0, merges: none(), splits: none() };
      counts.set(role, found);
      return found;
    };
    const count = (
      places: Int32Array,
      meetings: ReadonlyMap<number, readonly number[]>,
      when: 'before' | 'after',
      what: 'merges' | 'splits',
    ) => {
      const roles = new Map<number, Role>();
      for (let record = 0; record < places.length; record++) {
        const individual = places[record] ?? NOT_LIVE;
        if (individual < 0) continue;
        const met = meetings.get(individual);
        const known = roles.get(individual);
        const role = known ?? this.#standing.sources[this.#standing.sourceOf(record)]?.role ?? 'none';
        const found = of(role);
        if (known === undefined) {
          roles.set(individual, role);
          found[when] += 1;
          if (met !== undefined) {
            found[what].groups += 1;
            found[what].individuals += met.length;
          }
        }
        if (met !== undefined) found[what].records += 1;
      }
    };
    count(this.#before, this.#splits, 'before', 'splits');
    count(this.#after, this.#merges, 'after', 'merges');
    return [...counts.values()].sort((one, other) => compare(one.role, other.role));
  }

  bySource(
    referralsBefore: Iterable<StandingReferral>,
    referralsAfter: Iterable<StandingReferral>,
  ): SourceChanges[] {
    const change = () => ({ before: 0, after: 0 });
    const counts = this.#standing.sources.map((source) => ({
      ...source,
      live: 0,
      ...{ linked: change(), unlinkable: change(), referred: change() },
      joining: { toOthers: 0, alone: 0 },
      ...{ leaving: 0, merged: 0, split: 0, referrals: change() },
    }));
    const others = this.#othersOfJoining();
    for (let record = 0; record < this.#after.length; record++) {
      const found = counts[this.#standing.sourceOf(record)];
      const [was, is] = [this.#before[record] ?? NOT_LIVE, this.#after[record] ?? NOT_LIVE];
      if (found === undefined || (was === NOT_LIVE && is === NOT_LIVE)) continue;
      found.live += 1;
      for (const [when, place] of [['before', was] as const, ['after', is] as const]) {
        if (place >= 0) found.linked[when] += 1;
        else if (place === UNLINKABLE) found.unlinkable[when] += 1;
        else if (place === REFERRED) found.referred[when] += 1;
      }
      if (isSetAside(was) && is >= 0) {
        if (others.has(is)) found.joining.toOthers += 1;
        else found.joining.alone += 1;
      }
      if (was >= 0 && isSetAside(is)) found.leaving += 1;
      if (is >= 0 && this.#merges.has(is)) found.merged += 1;
      if (was >= 0 && this.#splits.has(was)) found.split += 1;
    }
    const countReferrals = (referrals: Iterable<StandingReferral>, when: 'before' | 'after') => {
      for (const referral of referrals) {
        const found = counts[this.#standing.sourceOf(referral.subject)];
        if (found !== undefined && waits(referral)) found.referrals[when] += 1;
      }
    };
    countReferrals(referralsBefore, 'before');
    countReferrals(referralsAfter, 'after');
    return counts
      .filter(({ live }) => live > 0)
      .sort((one, other) => compare(one.dataset, other.dataset) || compare(one.role, other.role));
  }

  /** A record of each individual of before, and these individuals; likewise below. */
  *merges(): Generator<Found> {
    yield* this.#found(this.#merges, this.#after, this.#before);
  }

  *splits(): Generator<Found> {
    yield* this.#found(this.#splits, this.#before, this.#after);
  }

  /** A record that was set aside, and another of the individual that it joins. */
  *joining(): Generator<Found> {
    const others = this.#othersOfJoining();
    for (let record = 0; record < this.#after.length; record++) {
      const is = this.#after[record] ?? NOT_LIVE;
      if (!isSetAside(this.#before[record] ?? NOT_LIVE) || is < 0) continue;
      const other = others.get(is);
      yield { individuals: [is], records: other === undefined ? [record] : [record, other] };
    }
  }

  *leaving(): Generator<Found> {
    for (let record = 0; record < this.#after.length; record++) {
      const was = this.#before[record] ?? NOT_LIVE;
      if (was >= 0 && isSetAside(this.#after[record] ?? NOT_LIVE))
        yield { individuals: [was], records: [record] };
    }
  }

  /** Of each individual that a record joins the first record that was linked before. */
  #othersOfJoining(): ReadonlyMap<number, number> {
    const joined = new Set<number>();
    for (let record = 0; record < this.#after.length; record++)
      if (isSetAside(this.#before[record] ?? NOT_LIVE)) joined.add(this.#after[record] ?? NOT_LIVE);
    const others = new Map<number, number>();
    for (let record = 0; record < this.#after.length; record++) {
      const is = this.#after[record] ?? NOT_LIVE;
      if (is >= 0 && joined.has(is) && !others.has(is) && (this.#before[record] ?? NOT_LIVE) >= 0)
        others.set(is, record);
    }
    return others;
  }

  *#found(
    meeting: ReadonlyMap<number, readonly number[]>,
    groups: Int32Array,
    sides: Int32Array,
  ): Generator<Found> {
    const first = new Map<number, Map<number, number>>();
    for (let record = 0; record < groups.length; record++) {
      const group = groups[record] ?? NOT_LIVE;
      const side = sides[record] ?? NOT_LIVE;
      if (side < 0 || !meeting.has(group)) continue;
      const found = first.get(group) ?? new Map<number, number>();
      first.set(group, found);
      if (!found.has(side)) found.set(side, record);
    }
    for (const found of first.values())
      yield { individuals: [...found.keys()], records: [...found.values()] };
  }
}

interface Found {
  readonly individuals: readonly number[];
  readonly records: readonly number[];
}

const isSetAside = (place: number): boolean =>
  place === UNLINKABLE || place === REFERRED || place === IMPERSONAL;

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Of each group whose records lie in several individuals on the other side: those individuals. */
function meetings(groups: Int32Array, sides: Int32Array): ReadonlyMap<number, readonly number[]> {
  const firstSide = new Map<number, number>();
  const several = new Map<number, Set<number>>();
  for (let record = 0; record < groups.length; record++) {
    const group = groups[record] ?? NOT_LIVE;
    const side = sides[record] ?? NOT_LIVE;
    if (group < 0 || side < 0) continue;
    const first = firstSide.get(group);
    if (first === undefined) firstSide.set(group, side);
    else if (first !== side) {
      const found = several.get(group) ?? new Set([first]);
      several.set(group, found.add(side));
    }
  }
  return new Map([...several].map(([group, found]) => [group, [...found]]));
}

/** Picks examples, the weakest first, and none with an individual, before or afterwards, that has a record that is not to be shown. */
class Examples {
  readonly #standing: LinkageStanding;
  readonly #places: readonly Int32Array[];
  readonly #isShown: (dataset: DatasetId) => boolean;
  readonly #limit: number;
  /** Of each side, the individuals that have a record that is not to be shown. */
  readonly #hiding: readonly ReadonlySet<number>[];

  constructor(
    standing: LinkageStanding,
    places: readonly Int32Array[],
    isShown: (dataset: DatasetId) => boolean,
    limit: number,
  ) {
    this.#standing = standing;
    this.#places = places;
    this.#isShown = isShown;
    this.#limit = limit;
    this.#hiding = places.map((side) => {
      const hiding = new Set<number>();
      if (limit === 0) return hiding;
      for (const [record, place] of side.entries())
        if (place >= 0 && !this.#isOfShown(record)) hiding.add(place);
      return hiding;
    });
  }

  of(
    all: Iterable<Found>,
    groundOf: (individuals: readonly number[], records: readonly number[]) => Ground | undefined = () =>
      undefined,
  ): ChangeExample[] {
    const shown: (Ground & { readonly records: readonly number[] })[] = [];
    for (const { individuals, records } of all) {
      if (!records.every((record) => this.#mayShow(record))) continue;
      const { rule, score } = groundOf(individuals, records) ?? { rule: '', score: undefined };
      shown.push({ records, rule, score });
    }
    return this.#weakest(shown).map(({ records, rule, score }) => ({
      records: records.map((record) => this.#standing.recordId(record)),
      ...(rule === '' ? {} : { rule }),
      ...(score === undefined ? {} : { score }),
    }));
  }

  ofReferrals(all: readonly StandingReferral[]): ChangeExample[] {
    const shown = all
      .map(({ subject, candidates, ...referral }) => ({ ...referral, records: [subject, ...candidates] }))
      .filter(({ records }) => records.every((record) => this.#mayShow(record)));
    return this.#weakest(shown).map(({ records, reason, score }) => ({
      records: records.map((record) => this.#standing.recordId(record)),
      reason,
      ...(score === undefined ? {} : { score }),
    }));
  }

  #mayShow(record: number): boolean {
    return (
      this.#isOfShown(record) &&
      this.#places.every((side, at) => this.#hiding[at]?.has(side[record] ?? NOT_LIVE) !== true)
    );
  }

  #isOfShown(record: number): boolean {
    const source = this.#standing.sources[this.#standing.sourceOf(record)];
    return source !== undefined && this.#isShown(source.dataset);
  }

  /** What no score supports comes after what has one: an identifier is equal there. */
  #weakest<One extends { readonly score: number | undefined; readonly records: readonly number[] }>(
    all: One[],
  ): One[] {
    return all
      .sort(
        (one, other) =>
          (one.score ?? Infinity) - (other.score ?? Infinity) ||
          (one.records[0] ?? 0) - (other.records[0] ?? 0),
      )
      .slice(0, this.#limit);
  }
}
