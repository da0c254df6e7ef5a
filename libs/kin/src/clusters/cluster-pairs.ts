import { MILLIBITS } from '../model/score-table.js';
import { componentsOf, type Components } from './components.js';
import type { ClusterRules, ScoredPairs } from './scored-pairs.js';

/** One pair weighs at most ten bits for or against a cluster. */
const CLAMP = 10 * MILLIBITS;
/** Larger components are cut at a higher floor: nobody has so many records. */
const MOST_RECORDS = 600;

/**
 * Divides records into clusters. Pairs are taken by descending score, then by the order of their records; two clusters are
 * joined if the mean score of all pairs between them, each clamped to ten bits, is above 0. Components are independent of
 * one another, so that the clusters of a part follow from its pairs alone. The order of the pairs does not matter.
 * @returns by record: the first record of its cluster, in the order of records.
 */
export function clusterPairs(records: number, pairs: ScoredPairs, rules: ClusterRules): Int32Array {
  const clusterOf = Int32Array.from({ length: records }, (_, record) => record);
  const components = likelyComponents(records, pairs);
  clusterComponents({ records, pairs, components, from: 0, until: components.count }, rules, clusterOf);
  return clusterOf;
}

/** The components of the pairs that score above 0. */
export function likelyComponents(records: number, pairs: ScoredPairs): Components {
  let kept = 0;
  const numbers = new Int32Array(pairs.scores.length);
  for (let pair = 0; pair < numbers.length; pair++)
    if ((pairs.scores[pair] as number) > 0) numbers[kept++] = pair;
  return componentsOf(records, pairs, numbers.subarray(0, kept));
}

/** Some of the components of pairs: those from a number until another. */
export interface ComponentsToCluster {
  readonly records: number;
  readonly pairs: ScoredPairs;
  readonly components: Components;
  readonly from: number;
  readonly until: number;
}

/** Divides the records of these components into clusters. @param clusterOf where each record stands alone at first. */
export function clusterComponents(
  { records, pairs, components, from, until }: ComponentsToCluster,
  rules: ClusterRules,
  clusterOf: Int32Array,
): void {
  new Clustering(records, pairs, rules, clusterOf).some(components, from, until);
}

class Clustering {
  readonly #records: number;
  readonly #pairs: ScoredPairs;
  readonly #rules: ClusterRules;
  readonly #clusterOf: Int32Array;
  /** The place of a record among the members of the component at hand. */
  readonly #place: Int32Array;

  constructor(records: number, pairs: ScoredPairs, rules: ClusterRules, clusterOf: Int32Array) {
    this.#records = records;
    this.#pairs = pairs;
    this.#rules = rules;
    this.#clusterOf = clusterOf;
    this.#place = new Int32Array(records);
  }

  some({ starts, pairs }: Components, from: number, until: number): void {
    for (let component = from; component < until; component++) {
      const begin = starts[component] as number;
      const end = starts[component + 1] as number;
      if (end - begin === 1) this.#joinTwo(pairs[begin] as number);
      else this.#joinMany(pairs.subarray(begin, end));
    }
  }

  #joinTwo(pair: number): void {
    const a = this.#pairs.first[pair] as number;
    const b = this.#pairs.second[pair] as number;
    if (this.#rules.scoresHold !== true && this.#rules.scoreOf(a, b) <= 0) return;
    const unique = this.#rules.uniqueSource;
    if (unique !== undefined && unique[a] !== 0 && unique[a] === unique[b]) return;
    const [first, second] = this.#rules.compareRecords(a, b) < 0 ? [a, b] : [b, a];
    this.#clusterOf[second] = first;
  }

  #joinMany(numbers: Int32Array): void {
    const { first, second, scores } = this.#pairs;
    const members = [
      ...new Set([...numbers].flatMap((pair) => [first[pair] as number, second[pair] as number])),
    ];
    if (members.length > MOST_RECORDS) {
      this.#cut(numbers);
      return;
    }
    const { compareRecords } = this.#rules;
    members.sort(compareRecords);
    members.forEach((record, place) => {
      this.#place[record] = place;
    });
    const place = this.#place;
    const ordered = Array.from(numbers, (pair) => {
      const a = place[first[pair] as number] as number;
      const b = place[second[pair] as number] as number;
      return { score: scores[pair] as number, low: Math.min(a, b), high: Math.max(a, b) };
    }).sort((p, q) => q.score - p.score || p.low - q.low || p.high - q.high);
    const groups = new Groups(members, this.#rules, this.#rules.scoresHold === true ? ordered : []);
    for (const { low, high } of ordered) groups.join(low, high);
    members.forEach((record, at) => {
      this.#clusterOf[record] = members[groups.groupOf(at)] as number;
    });
  }

  /** Raises the floor, a bit at a time, until the component falls apart. What is left alone stays alone. */
  #cut(numbers: Int32Array): void {
    const { scores } = this.#pairs;
    const least = numbers.reduce((low, pair) => Math.min(low, scores[pair] as number), Infinity);
    const floor = (Math.floor(least / MILLIBITS) + 1) * MILLIBITS;
    const kept = componentsOf(
      this.#records,
      this.#pairs,
      numbers.filter((pair) => (scores[pair] as number) >= floor),
    );
    this.some(kept, 0, kept.count);
  }
}

/** Groups of the members of one component, with the sum of scores between each two of them. */
class Groups {
  readonly #group: Int32Array;
  readonly #sums: Float64Array;
  readonly #sources: Int32Array;
  readonly #count: number;

  constructor(
    members: readonly number[],
    { scoreOf, uniqueSource }: ClusterRules,
    known: readonly { readonly low: number; readonly high: number; readonly score: number }[],
  ) {
    const count = members.length;
    this.#count = count;
    this.#group = Int32Array.from(members, (_, at) => at);
    this.#sums = new Float64Array(count * count);
    this.#sources = Int32Array.from(members, (record) => {
      const source = uniqueSource?.[record] ?? 0;
      return source === 0 ? 0 : 1 << source;
    });
    const scores = new Float64Array(count * count).fill(NaN);
    for (const { low, high, score } of known) scores[low * count + high] = score;
    for (let a = 0; a < count; a++)
      for (let b = a + 1; b < count; b++) {
        let score = scores[a * count + b] as number;
        if (Number.isNaN(score)) score = scoreOf(members[a] as number, members[b] as number);
        score = Math.max(-CLAMP, Math.min(CLAMP, score));
        this.#sums[a * count + b] = score;
        this.#sums[b * count + a] = score;
      }
  }

  /** The first member of a member's group. */
  groupOf(member: number): number {
    return this.#group[member] as number;
  }

  /** Joins the groups of two members, unless the pairs between them speak against it. */
  join(a: number, b: number): void {
    const [into, from] = [this.groupOf(a), this.groupOf(b)].sort((x, y) => x - y) as [number, number];
    if (into === from) return;
    if (((this.#sources[into] as number) & (this.#sources[from] as number)) !== 0) return;
    const count = this.#count;
    if ((this.#sums[into * count + from] as number) <= 0) return;
    for (let other = 0; other < count; other++) {
      if (this.#group[other] === from) this.#group[other] = into;
      const sum = (this.#sums[into * count + other] as number) + (this.#sums[from * count + other] as number);
      this.#sums[into * count + other] = sum;
      this.#sums[other * count + into] = sum;
    }
    this.#sources[into] = (this.#sources[into] as number) | (this.#sources[from] as number);
  }
}
