import type { DatasetId, IndividualId, RecordId, RowKey } from '@kinledger/contracts';
import { componentOf, type Component } from './component-of.js';
import { evidenceIn, individualOf, membersOf } from './consider-record.js';
import type { Constraint } from './constraint-table.js';
import { isLinkable, type Evidence } from './evidence.js';
import type { ReferralReason } from './ground.js';
import type { LinkageIndex } from './linkage-index.js';
import { memoised } from './memoised.js';
import type { LinkCondition, MatchWeights, ScoreBands } from './pair-account.js';
import type { Grouping, PairScoring } from './strategy.js';
import { NONE } from './typed-column.js';

/** Why two person records do not belong to one individual. */
export type ApartReason =
  | ReferralReason
  /** One of them has no identifier that may link it, and no key under which it is compared. */
  | 'unlinkable'
  /** They have no identifier in common, and no key under which the strategy would compare them. */
  | 'no-common-key'
  /** More records than may be compared have every key that they have in common. */
  | 'keys-crowded'
  /** More people than it can tell apart have the identifier that they have in common. */
  | 'token-without-force'
  /** The identifier that they have in common joins only rows with the same birth date. */
  | 'birth-date-not-shared'
  | 'score-below-review'
  | 'score-below-link'
  /** They score high enough, and a field that has to agree does not. */
  | 'conditions-failed'
  /** The records that are like them fall into two clusters, with one of the two in each. */
  | 'cluster-cut'
  /** Somebody else is so like one of them that a score does not choose. */
  | 'rival-too-near'
  /** The two alone could be one; others that one of them has met keep them apart. */
  | 'kept-apart-by-others';

/** Somebody else who may be meant, instead of one record of a pair. */
export interface CompetingRecord {
  /** The record of the two individuals that the rival is like. */
  readonly of: RecordId;
  readonly record: RecordId;
  readonly individual: IndividualId | undefined;
  readonly score: number;
}

/** Two records that a strategy compares, or would compare, and what it asks before it links them without a person. */
export interface ComparedPair {
  readonly records: readonly [RecordId, RecordId];
  /** Whether the two have a key in common under which the strategy compares them. */
  readonly isCandidate: boolean;
  readonly weights: MatchWeights;
  readonly bands: ScoreBands;
  /** First the score, then the fields, then the cluster and the margin. */
  readonly conditions: readonly LinkCondition[];
  /** The best of those that compete with the pair. */
  readonly rival: CompetingRecord | undefined;
}

/** A pair of records of one individual that joined. */
export interface LinkBetween {
  readonly records: readonly [RecordId, RecordId];
  /** The kind of the strongest token that the two share, `reviewed`, or the strategy that compared them. */
  readonly rule: string;
  readonly compared: ComparedPair | undefined;
}

/** A token that both records have as their own and that may join rows of people, by kind. */
export interface SharedToken {
  readonly rule: string;
  /** Among the records that are shown. */
  readonly hasForce: boolean;
  /** False if a token of this kind joins only rows with the same birth date, and theirs are not. */
  readonly isUsable: boolean;
}

/** Whether two person records belong to one individual as the ledger stands, and why. */
export interface PairRelation {
  readonly isTogether: boolean;
  /** Undefined for a record that is set aside. */
  readonly individuals: readonly [IndividualId | undefined, IndividualId | undefined];
  /**
   * The links from the first to the second; empty if they are apart, if the links lead over records that are not shown, or if their individual
   * has very many records and no link is between these two.
   */
  readonly links: readonly LinkBetween[];
  /** What keeps them apart, the strongest reason first; empty if they are together. */
  readonly reasons: readonly ApartReason[];
  /** Rows of the two individuals about which a person's decision is in force. */
  readonly decided: readonly (readonly [RowKey, RowKey])[];
  /** Strongest first. */
  readonly shared: readonly SharedToken[];
  /** Candidate keys that both have, and how many of these are crowded among the records that are shown; 0 of a strategy that scores no pairs. */
  readonly keys: { readonly shared: number; readonly crowded: number };
  /** The two records compared; undefined if the strategy scores no pairs, or one is a child and the other an adult. */
  readonly compared: ComparedPair | undefined;
  /** The pair of their individuals that decides, where it is another. */
  readonly decisive: ComparedPair | undefined;
}

/** Of larger components nothing is worked out again. */
const MAX_COMPONENT = 20_000;
const MAX_PAIRS = 10_000;

/**
 * Why two live person records are or are not together. Records of datasets that are not shown are left out, as if they were
 * not there: where they are what keeps two apart, the reason is `kept-apart-by-others`.
 */
export function relateRecords(
  index: LinkageIndex,
  one: number,
  other: number,
  isShown: (dataset: DatasetId) => boolean,
): PairRelation {
  index.settle();
  return new Relating(index, one, other, isShown).relation();
}

class Relating {
  readonly #index: LinkageIndex;
  readonly #ends: readonly [number, number];
  readonly #isShown: (record: number) => boolean;
  readonly #kept = new Map<number, Evidence>();
  readonly #forces = new Map<number, boolean>();
  readonly #evidenceOf = (record: number): Evidence =>
    memoised(this.#kept, record, () => evidenceIn(this.#index, record));
  readonly #component: Component | undefined;
  readonly #grouping: Grouping | undefined;

  constructor(index: LinkageIndex, one: number, other: number, isShown: (dataset: DatasetId) => boolean) {
    this.#index = index;
    this.#ends = [one, other];
    const { records, submissions } = index;
    this.#isShown = (record) => isShown(submissions.get(records.submissionOf(record)).dataset);
    this.#component = componentOf(index, {
      ...{ from: this.#ends, limit: MAX_COMPONENT, evidenceOf: this.#evidenceOf, counts: this.#isShown },
    });
    this.#grouping =
      this.#component === undefined
        ? undefined
        : index.strategy.group(this.#component.evidence, this.#component.constraints);
  }

  relation(): PairRelation {
    const [one, other] = this.#ends;
    const individuals = [this.#individualOf(one), this.#individualOf(other)] as const;
    const isTogether = individuals[0] !== undefined && individuals[0] === individuals[1];
    const compared = this.#compare(one, other);
    const decisive = isTogether ? undefined : this.#decisivePair();
    const isOther = decisive !== undefined && !this.#isAsked(decisive);
    return {
      ...{ isTogether, individuals, compared, shared: this.#sharedTokens(one, other) },
      links: isTogether ? this.#links() : [],
      reasons: isTogether ? [] : this.#reasons(decisive),
      decided: this.#decided().map(({ rows }) => rows),
      keys: this.#keysOf(one, other),
      decisive: isOther ? decisive : undefined,
    };
  }

  #isAsked({ records: [first, second] }: ComparedPair): boolean {
    const { records } = this.#index;
    return this.#ends.every((end) => [first, second].includes(records.idOf(end)));
  }

  /** People's decisions in force between rows of the two individuals that are shown. */
  #decided(): { readonly rows: readonly [RowKey, RowKey]; readonly constraint: Constraint }[] {
    const { constraints, keys, records } = this.#index;
    if (constraints.isEmpty) return [];
    const [mine, theirs] = this.#ends.map((end) =>
      this.#membersOf(end).map((record) => records.keyOf(record)),
    );
    const isTheirs = new Set(theirs);
    const found = new Map<
      string,
      { readonly rows: readonly [RowKey, RowKey]; readonly constraint: Constraint }
    >();
    for (const key of mine ?? [])
      for (const [partner, constraint] of constraints.partnersOf(key)) {
        const rows = [keys.idOf(key), keys.idOf(partner)] as const;
        // Both rows of a decision within one individual are its members.
        if (isTheirs.has(partner)) found.set(rows.toSorted().join(' '), { rows, constraint });
      }
    return [...found.values()];
  }

  #individualOf(record: number): IndividualId | undefined {
    const { individuals, records } = this.#index;
    return records.outcomeOf(record) === 'placed'
      ? individuals.idOf(individualOf(this.#index, record))
      : undefined;
  }

  /** The records of an end’s individual that are shown. */
  #membersOf(end: number): number[] {
    return [...new Set([end, ...membersOf(this.#index, end)])].filter(this.#isShown);
  }

  #reasons(decisive: ComparedPair | undefined): ApartReason[] {
    const [one, other] = this.#ends;
    const reasons: ApartReason[] = [];
    if (this.#decided().some(({ constraint }) => constraint === 'never-link')) reasons.push('forbidden');
    const isOneRole = this.#evidenceOf(one).child === this.#evidenceOf(other).child;
    if (!isOneRole) reasons.push('child-and-adult');
    for (const { reason, ground } of this.#refusals()) {
      const isByScore = ground.score !== undefined && reason === 'ambiguous';
      if (!isByScore && !reasons.includes(reason)) reasons.push(reason);
    }
    if (!isOneRole) return reasons;
    const contact = this.#contact();
    if (!contact.isMet) {
      reasons.push(...contact.reasons);
      if (decisive?.isCandidate === true) reasons.push(...reasonsOfScore(decisive));
      else if (contact.reasons.length === 0 && !contact.sharesKey)
        reasons.push(this.#isUnlinkable() ? 'unlinkable' : 'no-common-key');
    }
    return reasons.length === 0 ? ['kept-apart-by-others'] : reasons;
  }

  /** What the strategy refuses between the groups of the two. */
  #refusals(): Grouping['refusals'] {
    if (this.#component === undefined || this.#grouping === undefined) return [];
    const { groupOf, refusals } = this.#grouping;
    const groups = this.#ends.map((end) => groupOf[this.#component?.positionOf(end) ?? NONE] as number); // members
    return refusals.filter(({ subject, candidates }) => {
      const named = new Set([subject, ...candidates].map((position) => groupOf[position]));
      return groups.every((group) => named.has(group)) && groups[0] !== groups[1];
    });
  }

  #isUnlinkable(): boolean {
    return this.#ends.some((end) => !isLinkable(this.#evidenceOf(end)));
  }

  #isCrowdedOnly(one: number, other: number): boolean {
    const { shared, crowded } = this.#keysOf(one, other);
    return shared > 0 && shared === crowded;
  }

  /** Whether an identifier that both individuals have could join them, and if not, what of it does not. */
  #contact(): {
    readonly isMet: boolean;
    readonly reasons: readonly ApartReason[];
    /** Whether they share a key that is not crowded among the records that are shown, whether or not it is among all. */
    readonly sharesKey: boolean;
  } {
    const pairs = this.#pairsBetween() ?? [this.#ends];
    const shared = pairs.flatMap(([a, b]) => this.#sharedTokens(a, b));
    if (shared.some(({ hasForce, isUsable }) => hasForce && isUsable))
      return { isMet: true, reasons: [], sharesKey: false };
    const reasons = new Set<ApartReason>();
    for (const { hasForce } of shared)
      reasons.add(hasForce ? 'birth-date-not-shared' : 'token-without-force');
    if (pairs.some(([a, b]) => this.#isCrowdedOnly(a, b))) reasons.add('keys-crowded');
    const sharesKey = pairs.some(([a, b]) => {
      const { shared: keys, crowded } = this.#keysOf(a, b);
      return keys > crowded;
    });
    return { isMet: false, reasons: [...reasons], sharesKey };
  }

  /** Each record of the first individual with each of the second; undefined if they are too many to look at each. */
  #pairsBetween(): (readonly [number, number])[] | undefined {
    const [mine, theirs] = this.#ends.map((end) => this.#membersOf(end)) as [number[], number[]];
    if (mine.length * theirs.length > MAX_PAIRS) return undefined;
    return mine.flatMap((a) => theirs.map((b) => [a, b] as const));
  }

  #sharedTokens(one: number, other: number): SharedToken[] {
    const { channels } = this.#index.strategy;
    const [mine, theirs] = [one, other].map((record) => this.#index.records.readingOf(record));
    if (mine === undefined || theirs === undefined) return [];
    const held = new Set(theirs.own);
    const isOneDate = mine.birthDate !== NONE && mine.birthDate === theirs.birthDate;
    return mine.own
      .flatMap((token, at) => (held.has(token) ? [{ token, channel: mine.ownChannels[at] as number }] : [])) // parallel
      .filter(({ channel }) => channels.joinsPersons(channel))
      .sort((first, second) => first.channel - second.channel)
      .map(({ token, channel }) => ({
        rule: channels.domainOf(channel),
        hasForce: this.#hasForce(token),
        isUsable: !channels.joinsByBirthDate(channel) || isOneDate,
      }));
  }

  /** Whether a token has force among the records that are shown: by others, it would tell that they exist. */
  #hasForce(token: number): boolean {
    const { records } = this.#index;
    return memoised(this.#forces, token, () =>
      this.#index.links(token, (occurrence) => this.#counts(records.holderAt(occurrence))),
    );
  }

  /** Whether too many of the records that are shown have a key. */
  #isCrowded(key: number): boolean {
    const { candidates, strategy } = this.#index;
    if (candidates === null || strategy.pairs === undefined) return false;
    let left = strategy.pairs.maxHoldersPerKey;
    for (let at = candidates.firstHolder(key); at !== NONE; at = candidates.nextHolder(at))
      if (this.#counts(candidates.holderAt(at)) && --left < 0) return true;
    return false;
  }

  #counts(record: number): boolean {
    return this.#index.records.isLive(record) && this.#isShown(record);
  }

  #keysOf(one: number, other: number): PairRelation['keys'] {
    const { candidates } = this.#index;
    if (candidates === null) return { shared: 0, crowded: 0 };
    const theirs = new Set(candidates.keysOf(other));
    const shared = candidates.keysOf(one).filter((key) => theirs.has(key));
    return { shared: shared.length, crowded: shared.filter((key) => this.#isCrowded(key)).length };
  }

  /**
   * The pair of the two individuals that decides: the best that may be linked, or else the best that is compared. Of two
   * individuals that are never compared, the two records that were asked about.
   */
  #decisivePair(): ComparedPair | undefined {
    const { pairs } = this.#index.strategy;
    const account = pairs?.account;
    if (pairs === undefined || account === undefined) return undefined;
    const between = this.#pairsBetween();
    if (between === undefined) return this.#compare(...this.#ends);
    const found = between
      .filter(([a, b]) => this.#isCandidate(a, b))
      .map(([a, b]) => {
        const [first, second] = [this.#evidenceOf(a), this.#evidenceOf(b)];
        const score = pairs.scoreOf(first, second);
        const mayLink =
          score >= account.bands.link &&
          account.conditionsOf(first, second).every(({ outcome }) => outcome !== 'failed');
        return { a, b, score, mayLink };
      })
      .sort((one, other) => Number(other.mayLink) - Number(one.mayLink) || other.score - one.score);
    const [best] = found;
    return best === undefined ? this.#compare(...this.#ends) : this.#compare(best.a, best.b);
  }

  #isCandidate(one: number, other: number): boolean {
    const [mine, theirs] = [this.#evidenceOf(one), this.#evidenceOf(other)];
    const keys = new Set(theirs.keys);
    return mine.child === theirs.child && mine.keys.some((key) => keys.has(key));
  }

  #compare(one: number, other: number): ComparedPair | undefined {
    const { records, strategy } = this.#index;
    const account = strategy.pairs?.account;
    const [mine, theirs] = [this.#evidenceOf(one), this.#evidenceOf(other)];
    if (account === undefined || mine.child !== theirs.child) return undefined;
    const weights = account.weigh(mine, theirs);
    return {
      records: [records.idOf(one), records.idOf(other)],
      isCandidate: this.#isCandidate(one, other),
      ...{ weights, bands: account.bands },
      ...this.#conditions(account, one, other, weights.score),
    };
  }

  #conditions(
    account: NonNullable<PairScoring['account']>,
    one: number,
    other: number,
    score: number,
  ): Pick<ComparedPair, 'conditions' | 'rival'> {
    const { bands } = account;
    const ofFields = account.conditionsOf(this.#evidenceOf(one), this.#evidenceOf(other));
    const asked = (condition: string, holds: boolean): LinkCondition => ({
      ...{ condition, outcome: holds ? 'held' : 'failed' },
    });
    const conditions = [asked('score', score >= bands.link), ...ofFields];
    const component = this.#component;
    const [a, b] = [one, other].map((record) => component?.positionOf(record) ?? NONE);
    if (component === undefined || a === undefined || b === undefined || a === NONE || b === NONE)
      return { conditions, rival: undefined };
    const { isOneCluster, competing } = account.standingOf(
      ...([component.evidence, component.constraints, a, b] as const),
    );
    const [nearest] = competing;
    const holds = nearest === undefined || nearest.score <= score - bands.margin;
    return {
      conditions: [...conditions, asked('cluster', isOneCluster), asked('margin', holds)],
      rival: nearest === undefined ? undefined : this.#competing(component, nearest),
    };
  }

  #competing(
    { members }: Component,
    nearest: { readonly of: number; readonly rival: number; readonly score: number },
  ): CompetingRecord {
    const { records } = this.#index;
    const [of, rival] = [members[nearest.of] as number, members[nearest.rival] as number]; // positions
    return {
      ...{ of: records.idOf(of), record: records.idOf(rival), score: nearest.score },
      individual: this.#individualOf(rival),
    };
  }

  /**
   * The fewest links that lead from the first record to the second; of an individual of very many records, the one link between the two.
   * None if links lead over records that are not shown.
   */
  #links(): LinkBetween[] {
    const [from, to] = this.#ends;
    const members = this.#membersOf(from);
    if (members.length ** 2 > MAX_PAIRS) {
      const rule = this.#ruleBetween(from, to);
      return rule === undefined ? [] : [this.#linkBetween(from, to, rule)];
    }
    const before = new Map<number, { readonly from: number; readonly rule: string } | undefined>([
      [from, undefined],
    ]);
    for (const [at] of before) {
      if (at === to) break;
      for (const next of members) {
        const rule = before.has(next) ? undefined : this.#ruleBetween(at, next);
        if (rule !== undefined) before.set(next, { from: at, rule });
      }
    }
    const links: LinkBetween[] = [];
    for (let at = to, step = before.get(at); step !== undefined; at = step.from, step = before.get(at)) {
      links.unshift(this.#linkBetween(step.from, at, step.rule));
    }
    return links;
  }

  #linkBetween(from: number, to: number, rule: string): LinkBetween {
    const { records } = this.#index;
    return {
      records: [records.idOf(from), records.idOf(to)],
      rule,
      compared: this.#isJoined(from, to) ? this.#compare(from, to) : undefined,
    };
  }

  /** The rule by which two records of one individual are linked directly; undefined if they are not. */
  #ruleBetween(one: number, other: number): string | undefined {
    const { constraints, keys, records } = this.#index;
    const token = this.#sharedTokens(one, other).find(({ hasForce, isUsable }) => hasForce && isUsable);
    if (token !== undefined) return token.rule;
    const decided = constraints.partnersOf(records.keyOf(one)).get(records.keyOf(other));
    if (decided === 'link' && keys.liveRecord(records.keyOf(other)) === other) return 'reviewed';
    return this.#isJoined(one, other) ? this.#index.strategy.name : undefined;
  }

  /** Whether a score joined the two. */
  #isJoined(one: number, other: number): boolean {
    const component = this.#component;
    if (component === undefined) return false;
    const ends = [component.positionOf(one), component.positionOf(other)];
    return (
      this.#grouping?.joins?.some(
        ({ a, b, ground }) => ground.score !== undefined && ends.includes(a) && ends.includes(b),
      ) === true
    );
  }
}

/** What of a pair’s score and of its conditions speaks against joining it. */
function reasonsOfScore({ weights: { score }, bands, conditions }: ComparedPair): ApartReason[] {
  const failed = new Set(
    conditions.flatMap(({ condition, outcome }) => (outcome === 'failed' ? [condition] : [])),
  );
  const [isLow, isCut, isNear] = (['score', 'cluster', 'margin'] as const).map((one) => failed.delete(one));
  const reasons: ApartReason[] = [];
  if (score < bands.review) reasons.push('score-below-review');
  else if (isLow === true) reasons.push('score-below-link');
  if (failed.size > 0) reasons.push('conditions-failed');
  if (score < bands.review) return reasons;
  if (isCut === true) reasons.push('cluster-cut');
  if (isNear === true) reasons.push('rival-too-near');
  return reasons;
}
