import { clusterPairs } from '@kinledger/kin';
import { differ } from '../contradiction.js';
import { areTwoCases, joined, type Evidence, type Profile } from '../evidence.js';
import type { Ground, ReferralReason } from '../ground.js';
import type { PairStanding } from '../pair-account.js';
import type { Grouping, Joining, PositionConstraints, Refusal } from '../strategy.js';
import { NONE } from '../typed-column.js';
import { CASE_CHANNEL } from './channels.js';
import type { PairScores } from './pair-scores.js';

/** The bands of `kin-1`, in millibits. */
export interface Bands {
  /** From here on, a pair is in a component together, and is referred if nothing links it. */
  readonly review: number;
  /** From here on, a pair may be linked without a person. */
  readonly link: number;
  /** How much better it must be than any pair of one of the two with a rival. */
  readonly margin: number;
}

/** One pair weighs at most ten bits for or against two groups. */
const CLAMP = 10_000;

/** Two groups of exact linkage, and their best pair of records. */
interface GroupPair {
  /** Positions of nodes, the smaller first. */
  readonly one: number;
  readonly other: number;
  best: ScoredPair;
  /** The best pair that may be linked without a person. */
  linking: ScoredPair | null;
}

interface ScoredPair {
  readonly score: number;
  readonly a: number;
  readonly b: number;
}

/**
 * Links what exact linkage left apart, by scores (kin-study, "Auto-link band"). A group of exact linkage is one node and
 * is never divided. Nodes are clustered by the scores of their records. Two nodes of a cluster are linked if a pair of
 * their records scores high enough, agrees on what decides, and beats every pair of either node with a rival by the
 * margin. A rival is a node outside the cluster, or one that cannot be the same person as the other node. Best pairs
 * come first. All other pairs in the band of review are referred: for each individual, one referral a reason, with all
 * candidates.
 */
export function linkByScore(
  records: readonly Evidence[],
  constraints: PositionConstraints,
  exact: Grouping,
  scores: PairScores,
  bands: Bands,
): Grouping {
  const linkage = new ScoredLinkage(records, constraints, exact, scores, bands);
  linkage.compare();
  linkage.link();
  return linkage.outcome();
}

/** Where two records stand before any score has joined anything: in one cluster or not, and who competes with them. */
export function standingByScore(
  records: readonly Evidence[],
  constraints: PositionConstraints,
  exact: Grouping,
  scores: PairScores,
  bands: Bands,
  [one, other]: readonly [number, number],
): PairStanding {
  const linkage = new ScoredLinkage(records, constraints, exact, scores, bands);
  linkage.compare();
  linkage.cluster();
  return linkage.standing(one, other);
}

class ScoredLinkage {
  readonly #records: readonly Evidence[];
  readonly #constraints: PositionConstraints;
  readonly #exact: Grouping;
  readonly #scores: PairScores;
  readonly #bands: Bands;
  /** By node: its smallest position. */
  readonly #roots: number[] = [];
  readonly #nodeOf: Int32Array;
  /** By node: for each distinct evidence among its records, the first position. */
  readonly #kinds: number[][] = [];
  readonly #pairs: GroupPair[] = [];
  /** By node: the smallest node of its individual. */
  readonly #individual: Int32Array;
  /** By the smallest node of an individual: its nodes. */
  readonly #nodes: number[][];
  readonly #profiles: Profile[];
  readonly #met: Int32Array;
  readonly #grounds = new Map<number, Ground>();
  readonly #joins: Joining[] = [];
  #clusterOf: Int32Array = new Int32Array();
  #neighbours: ReadonlyMap<number, readonly Neighbour[]> = new Map();

  constructor(
    records: readonly Evidence[],
    constraints: PositionConstraints,
    exact: Grouping,
    scores: PairScores,
    bands: Bands,
  ) {
    this.#records = records;
    this.#constraints = constraints;
    this.#exact = exact;
    this.#scores = scores;
    this.#bands = bands;
    this.#nodeOf = new Int32Array(records.length);
    const kindsOf: Set<string>[] = [];
    records.forEach((evidence, position) => {
      const root = exact.groupOf[position] as number; // a position
      let node = this.#nodeOf[root] as number; // a position
      if (root === position) {
        node = this.#roots.push(position) - 1;
        this.#kinds.push([]);
        kindsOf.push(new Set());
      }
      this.#nodeOf[position] = node;
      const key = keyOf(evidence);
      if (kindsOf[node]?.has(key) === true) return;
      kindsOf[node]?.add(key);
      this.#kinds[node]?.push(position);
    });
    this.#individual = Int32Array.from(this.#roots.keys());
    this.#nodes = this.#roots.map((_, node) => [node]);
    this.#profiles = this.#roots.map((root) => exact.profile(root));
    this.#met = Int32Array.from(exact.met);
  }

  /** Compares the candidates of different nodes, and keeps what reaches the band of review. */
  compare(): void {
    const buckets = new Map<number, number[]>();
    for (const positions of this.#kinds)
      for (const position of positions)
        for (const key of this.#at(position).keys) {
          const bucket = buckets.get(key);
          if (bucket === undefined) buckets.set(key, [position]);
          else bucket.push(position);
        }
    const width = this.#records.length;
    const compared = new Set<number>();
    const known = new Map<number, GroupPair>();
    for (const bucket of buckets.values()) {
      for (let first = 0; first < bucket.length; first++)
        for (let second = first + 1; second < bucket.length; second++) {
          const [p, q] = [bucket[first] as number, bucket[second] as number]; // below length
          if (this.#nodeOf[p] === this.#nodeOf[q]) continue;
          const [a, b] = p < q ? [p, q] : [q, p];
          if (compared.has(a * width + b)) continue;
          compared.add(a * width + b);
          this.#keep(a, b, known);
        }
    }
    this.#pairs.push(...known.values());
    this.#pairs.sort((one, other) => one.one - other.one || one.other - other.other);
  }

  #keep(a: number, b: number, known: Map<number, GroupPair>): void {
    const score = this.#scores.scoreOf(this.#at(a), this.#at(b));
    if (score < this.#bands.review) return;
    const ends = [this.#nodeOf[a] as number, this.#nodeOf[b] as number]; // positions
    const [one, other] = [Math.min(...ends), Math.max(...ends)];
    const key = one * this.#roots.length + other;
    const pair = { score, a, b };
    const linking =
      score >= this.#bands.link && this.#scores.agreementOf(this.#at(a), this.#at(b)).mayLink ? pair : null;
    const found = known.get(key);
    if (found === undefined) {
      known.set(key, { one, other, best: pair, linking });
      return;
    }
    if (isBetter(pair, found.best)) found.best = pair;
    if (linking !== null && (found.linking === null || isBetter(linking, found.linking)))
      found.linking = linking;
  }

  /** Clusters the nodes, and notes whom each meets in the band of review. */
  cluster(): void {
    this.#clusterOf = clusterPairs(
      this.#roots.length,
      {
        first: Int32Array.from(this.#pairs, ({ one }) => one),
        second: Int32Array.from(this.#pairs, ({ other }) => other),
        scores: Int32Array.from(this.#pairs, ({ best }) => best.score),
      },
      { compareRecords: (one, other) => one - other, scoreOf: (one, other) => this.#mean(one, other) },
    );
    this.#neighbours = neighboursIn(this.#pairs);
  }

  link(): void {
    this.cluster();
    const links = this.#pairs.flatMap(({ one, other, linking }) => {
      if (linking === null || !this.#isOneCluster(one, other)) return [];
      if (this.#isAmbiguous(one) || this.#isAmbiguous(other)) return [];
      const rivals = this.#rivalsOf(one, other, linking.score - this.#bands.margin);
      return rivals.next().done === true ? [linking] : [];
    });
    for (const link of links.sort((one, other) => (isBetter(one, other) ? -1 : 1))) this.#join(link);
  }

  /** Call it before anything is joined. */
  standing(a: number, b: number): PairStanding {
    const [one, other] = [this.#nodeOf[a] as number, this.#nodeOf[b] as number]; // positions
    return {
      isOneCluster: this.#isOneCluster(one, other),
      competing: [...this.#rivalsOf(one, other, -Infinity)]
        .map(({ node, pair }) => {
          const isFirst = this.#nodeOf[pair.a] === node;
          const [of, rival] = isFirst ? [pair.a, pair.b] : [pair.b, pair.a];
          return { of, rival, score: pair.score };
        })
        .sort((first, second) => second.score - first.score || first.rival - second.rival),
    };
  }

  #isOneCluster(one: number, other: number): boolean {
    return this.#clusterOf[one] === this.#clusterOf[other];
  }

  /**
   * Pairs of one of two nodes with a rival that score above a limit. A rival is outside the cluster, or cannot be the same
   * person as the other node.
   */
  *#rivalsOf(one: number, other: number, above: number): Generator<Neighbour & { readonly node: number }> {
    for (const [node, partner] of [
      [one, other],
      [other, one],
    ] as const)
      for (const neighbour of this.#neighbours.get(node) ?? []) {
        const { other: third, pair } = neighbour;
        if (third === partner || pair.score <= above) continue;
        if (!this.#isOneCluster(node, third) || this.#reasonAgainst(partner, third) !== null)
          yield { ...neighbour, node };
      }
  }

  /** Exact linkage found that the node stands between two people: a score does not choose. */
  #isAmbiguous(node: number): boolean {
    return this.#exact.ambiguous[this.#roots[node] as number] === 1; // a node
  }

  #join({ a, b }: ScoredPair): void {
    const ends = [a, b].map((position) => this.#individual[this.#nodeOf[position] as number] as number); // nodes
    const [into, from] = [Math.min(...ends), Math.max(...ends)];
    if (into === from || this.#reasonAgainst(into, from) !== null) return;
    const ground = this.#scores.groundOf(this.#at(a), this.#at(b));
    this.#joins.push({ a, b, ground });
    for (const [position, mate] of [
      [a, b],
      [b, a],
    ] as const) {
      if (this.#met[position] !== NONE) continue;
      this.#met[position] = mate;
      this.#grounds.set(position, ground);
    }
    this.#profiles[into] = joined(this.#profiles[into] as Profile, this.#profiles[from] as Profile); // nodes
    for (const node of this.#nodes[from] ?? []) {
      this.#individual[node] = into;
      this.#nodes[into]?.push(node);
    }
    this.#nodes[from] = [];
  }

  /** Why two individuals are not joined, whatever their records score. */
  #reasonAgainst(one: number, other: number): ReferralReason | null {
    if (this.#forbids(one, other)) return 'forbidden';
    const [mine, theirs] = [this.#profiles[one] as Profile, this.#profiles[other] as Profile]; // nodes
    const reviewed = mine.reviewed || theirs.reviewed;
    if (differ(mine.nhsNumbers, theirs.nhsNumbers, reviewed)) return 'nhs-numbers-differ';
    if ((mine.child && theirs.adult) || (mine.adult && theirs.child)) return 'child-and-adult';
    if (areTwoCases(mine.cases, theirs.cases)) return 'case-numbers-differ';
    if (!reviewed && this.#birthDatesDiffer(one, other)) return 'birth-dates-differ';
    if (differ(mine.genders, theirs.genders, true)) return 'genders-differ';
    return null;
  }

  #forbids(one: number, other: number): boolean {
    return this.#constraints.neverLink.some(([a, b]) => {
      const ends = [a, b].map((position) => this.#individual[this.#nodeOf[position] as number]); // nodes
      return ends.includes(one) && ends.includes(other) && one !== other;
    });
  }

  #birthDatesDiffer(one: number, other: number): boolean {
    return this.#kindsOf(one).some((a) =>
      this.#kindsOf(other).some((b) => this.#scores.agreementOf(this.#at(a), this.#at(b)).birthDatesDiffer),
    );
  }

  #kindsOf(individual: number): number[] {
    return (this.#nodes[individual] ?? []).flatMap((node) => this.#kinds[node] ?? []);
  }

  /** The mean score of all pairs of records of two nodes, each clamped. */
  #mean(one: number, other: number): number {
    const [mine, theirs] = [this.#kinds[one] ?? [], this.#kinds[other] ?? []];
    let sum = 0;
    for (const a of mine)
      for (const b of theirs) {
        const score = this.#scores.scoreOf(this.#at(a), this.#at(b));
        sum += Math.max(-CLAMP, Math.min(CLAMP, score));
      }
    return Math.round(sum / (mine.length * theirs.length));
  }

  outcome(): Grouping {
    const rootOf = (position: number): number =>
      this.#roots[this.#individual[this.#nodeOf[position] as number] as number] as number; // nodes and positions
    const groupOf = Int32Array.from(this.#records.keys(), rootOf);
    const left = this.#doubtsLeft(rootOf);
    return {
      groupOf,
      met: this.#met,
      joins: this.#joins,
      groundOf: (position) => this.#grounds.get(position) ?? this.#exact.groundOf(position),
      ambiguous: this.#exact.ambiguous,
      refusals: [...left, ...this.#doubts(left)],
      profile: (group) => this.#profiles[this.#nodeOf[group] as number] as Profile, // a position
    };
  }

  /**
   * The doubts of exact linkage that no score has settled. A score settles a contradiction with the candidate that it
   * joins to the subject, and leaves the other candidates; who stands between two people is joined to nobody. Of doubts
   * that have become one, the first is on the strongest ground.
   */
  #doubtsLeft(rootOf: (position: number) => number): Refusal[] {
    const left = new Map<string, Refusal>();
    for (const refusal of this.#exact.refusals) {
      const subject = rootOf(refusal.subject);
      const roots = new Set(refusal.candidates.map(rootOf));
      roots.delete(subject);
      if (roots.size === 0) continue;
      const candidates = [...roots].sort((one, other) => one - other);
      const key = `${refusal.reason} ${subject} ${candidates.join(' ')}`;
      if (!left.has(key)) left.set(key, { ...refusal, subject, candidates });
    }
    return [...left.values()];
  }

  /**
   * Pairs in the band of review whose two sides stayed apart, unless a person has decided about them or exact linkage
   * refers them already.
   */
  #doubts(left: readonly Refusal[]): Refusal[] {
    const referred = new Set(
      left.flatMap(({ subject, candidates }) =>
        candidates.map((candidate) =>
          [subject, candidate]
            .map((root) => this.#individual[this.#nodeOf[root] as number] as number) // positions and nodes
            .sort((one, other) => one - other)
            .join(' '),
        ),
      ),
    );
    const best = new Map<string, { readonly one: number; readonly other: number; pair: ScoredPair }>();
    for (const { one, other, best: pair } of this.#pairs) {
      const ends = [this.#individual[one] as number, this.#individual[other] as number]; // nodes
      if (ends[0] === ends[1]) continue;
      const [subject, candidate] = [Math.min(...ends), Math.max(...ends)];
      const key = `${subject} ${candidate}`;
      if (referred.has(key)) continue;
      const known = best.get(key);
      if (known === undefined) best.set(key, { one: subject, other: candidate, pair });
      else if (isBetter(pair, known.pair)) known.pair = pair;
    }
    const doubts = new Map<
      string,
      { readonly reason: ReferralReason; readonly subject: number; candidates: number[]; pair: ScoredPair }
    >();
    for (const { one, other, pair } of best.values()) {
      const reason = this.#reasonAgainst(one, other) ?? 'ambiguous';
      if (reason === 'forbidden') continue;
      const key = `${reason} ${one}`;
      const known = doubts.get(key);
      if (known === undefined) doubts.set(key, { reason, subject: one, candidates: [other], pair });
      else {
        known.candidates.push(other);
        if (isBetter(pair, known.pair)) known.pair = pair;
      }
    }
    const rootAt = (node: number): number => this.#roots[node] as number; // a node
    return [...doubts.values()].map(({ reason, subject, candidates, pair }) => ({
      reason,
      ground: this.#scores.groundOf(this.#at(pair.a), this.#at(pair.b)),
      subject: rootAt(subject),
      candidates: candidates.map(rootAt).sort((one, other) => one - other),
    }));
  }

  #at(position: number): Evidence {
    return this.#records[position] as Evidence; // a position
  }
}

/** A node that another meets in the band of review, and their best pair. */
interface Neighbour {
  readonly other: number;
  readonly pair: ScoredPair;
}

function neighboursIn(pairs: readonly GroupPair[]): ReadonlyMap<number, readonly Neighbour[]> {
  const found = new Map<number, Neighbour[]>();
  for (const { one, other, best: pair } of pairs)
    for (const [node, mate] of [
      [one, other],
      [other, one],
    ] as const) {
      const known = found.get(node);
      if (known === undefined) found.set(node, [{ other: mate, pair }]);
      else known.push({ other: mate, pair });
    }
  return found;
}

/** Higher scores first, then smaller positions: the order of records decides between equal scores. */
const isBetter = (one: ScoredPair, other: ScoredPair): boolean =>
  (one.score - other.score || other.a - one.a || other.b - one.b) > 0;

/**
 * The same text for records between which no comparison tells a difference. The order of a row's tokens tells nothing:
 * it follows from their values, so that a change of the key changes it. Case numbers are not compared.
 */
const keyOf = ({ child, birthDate, gender, ...lists }: Evidence): string => {
  const identifiers = lists.tokens.filter((_, at) => lists.channels[at] !== CASE_CHANNEL);
  const [tokens, compared, keys] = [identifiers, lists.compared, lists.keys].map((list) =>
    list.toSorted((one, other) => one - other),
  );
  return [child, birthDate, gender, tokens, compared, keys].join(';');
};
