import { joined, profileOf, type Evidence, type Profile } from '../evidence.js';
import { REVIEWED, type Ground, type ReferralReason } from '../ground.js';
import { unconstrained, type Grouping, type PositionConstraints, type Refusal } from '../strategy.js';
import { NONE } from '../typed-column.js';
import { authority, CHILD_KEY_LEVEL, EMAIL_LEVEL, MOBILE_LEVEL } from './authority.js';
import { contradictionAt } from './contradiction-at.js';

const grounds: readonly Ground[] = authority.map((rule) => ({ rule }));
const groundAt = (level: number): Ground => grounds[level] ?? REVIEWED;

/** A refusal with its level. `outcome` turns it into a `Refusal`. */
type RefusalAtLevel = Omit<Refusal, 'ground'> & { readonly level: number };

/**
 * Groups records into people by exact tokens (strategy `leap-1`; seeds §5.5, domain §4, architecture §6). Going level
 * by level from the strongest authority down, and within a level in row key order, it joins two groups if they share a
 * token and nothing contradicts the join. A group that shares tokens with two groups which contradict each other, but
 * contradicts neither itself, stays alone: choosing one would be a guess.
 *
 * Pure and total. The result depends on the set of records alone, because `records` are in row key order and tokens are
 * only compared for equality.
 */
export function groupRecords(
  records: readonly Evidence[],
  constraints: PositionConstraints = unconstrained,
): Grouping {
  const groups = new Groups(records, constraints);
  groups.joinReviewed();
  for (let level = 0; level < authority.length; level++) groups.joinLevel(level);
  return groups.outcome();
}

class Groups {
  readonly #records: readonly Evidence[];
  readonly #constraints: PositionConstraints;
  readonly #parent: Int32Array;
  readonly #profiles: Profile[];
  readonly #ambiguous: Uint8Array;
  readonly #met: Int32Array;
  readonly #metAt: Int8Array;
  /** For each level, the lists of positions that share a token. */
  readonly #buckets: readonly number[][][];
  readonly #refused: { readonly level: number; readonly a: number; readonly b: number }[] = [];
  readonly #doubts: RefusalAtLevel[] = [];

  constructor(records: readonly Evidence[], constraints: PositionConstraints) {
    this.#records = records;
    this.#constraints = constraints;
    this.#parent = Int32Array.from(records.keys());
    this.#profiles = records.map(profileOf);
    this.#ambiguous = new Uint8Array(records.length);
    this.#met = new Int32Array(records.length).fill(NONE);
    this.#metAt = new Int8Array(records.length).fill(NONE);
    this.#buckets = bucketsOf(records);
  }

  joinReviewed(): void {
    const pairs = this.#constraints.reviewedLink.map(([a, b]) =>
      a < b ? ([a, b] as const) : ([b, a] as const),
    );
    for (const [a, b] of pairs.sort(byPositions)) {
      const [one, other] = [this.#find(a), this.#find(b)];
      if (one !== other && this.#forbids(one, other)) this.#refused.push({ level: NONE, a, b });
      else this.#join(a, b, NONE, true);
    }
  }

  joinLevel(level: number): void {
    const buckets = this.#bucketsAt(level);
    for (const attached of this.#attachedSets(buckets)) {
      if (this.#isConsistent(attached.groups, level)) {
        for (const bucket of attached.buckets) {
          const first = bucket[0] as number; // a bucket holds two positions or more
          for (let index = 1; index < bucket.length; index++) {
            this.#join(first, bucket[index] as number, level, false); // below length
          }
        }
      } else this.#joinAroundRivals(attached, level);
    }
  }

  outcome(): Grouping {
    const groupOf = Int32Array.from(this.#records.keys(), (position) => this.#find(position));
    return {
      groupOf,
      met: this.#met,
      groundOf: (position) => (this.#met[position] === NONE ? null : groundAt(this.#metAt[position] ?? NONE)),
      ambiguous: this.#ambiguous,
      refusals: this.#refusals(),
      profile: (group) => this.#profiles[group] as Profile, // a position
    };
  }

  /**
   * Lists of positions that share a token of this level and lie in at least two groups. Ambiguous groups are left out.
   */
  #bucketsAt(level: number): number[][] {
    const buckets: number[][] = [];
    for (const bucket of this.#buckets[level] ?? []) {
      // A mobile alone never links: the birth-date guards must agree (domain §4).
      const parts = level === MOBILE_LEVEL ? this.#byBirthDate(bucket) : [bucket];
      for (const part of parts) {
        const free = part.filter((position) => this.#ambiguous[this.#find(position)] === 0);
        if (this.#spansGroups(free)) buckets.push(free);
      }
    }
    return buckets;
  }

  #byBirthDate(bucket: readonly number[]): Iterable<number[]> {
    const parts = new Map<number, number[]>();
    for (const position of bucket) {
      const { birthDate } = this.#records[position] as Evidence; // a position
      const part = parts.get(birthDate);
      if (part === undefined) parts.set(birthDate, [position]);
      else part.push(position);
    }
    return parts.values();
  }

  #spansGroups(bucket: readonly number[]): boolean {
    const groups = new Set(bucket.map((position) => this.#find(position)));
    return groups.size > 1;
  }

  /** Combines buckets that touch a common group into one set, because joining one bucket may affect the next. */
  #attachedSets(buckets: readonly number[][]): AttachedSet[] {
    const setOf = new Map<number, AttachedSet>();
    for (const bucket of buckets) {
      let into: AttachedSet = { groups: new Set(), buckets: [] };
      for (const position of bucket) {
        const group = this.#find(position);
        const known = setOf.get(group);
        if (known === into) continue;
        if (known === undefined) {
          into.groups.add(group);
          setOf.set(group, into);
          continue;
        }
        const [large, small] = known.groups.size >= into.groups.size ? [known, into] : [into, known];
        for (const moved of small.groups) {
          large.groups.add(moved);
          setOf.set(moved, large);
        }
        into = large;
      }
    }
    // Keep the order of the buckets, whatever was combined with what: a record meets others in its first bucket.
    for (const bucket of buckets) setOf.get(this.#find(bucket[0] as number))?.buckets.push(bucket); // no bucket is empty
    return [...new Set(setOf.values())];
  }

  /** Whether no two groups of a set contradict each other. */
  #isConsistent(groups: ReadonlySet<number>, level: number): boolean {
    let all: Profile | null = null;
    // Groups that state a gender, but no birth date that could confirm it.
    let unconfirmed = 0;
    let stating = 0;
    for (const group of groups) {
      const profile = this.#profiles[group] as Profile; // a position
      if (all !== null && (all.reviewed || profile.reviewed)) return false;
      if (all !== null && contradictionAt(all, profile, level) !== null) return false;
      all = all === null ? profile : joined(all, profile);
      if (profile.genders.length === 0) continue;
      stating += 1;
      if (profile.birthDates.length === 0) unconfirmed += 1;
    }
    // A birth date confirms the gender of the group that states it, and of no other: so the combined evidence of some
    // groups may confirm what one of them contradicts.
    const gendersDiffer = level === EMAIL_LEVEL && (all?.genders.length ?? 0) > 1;
    if (gendersDiffer && unconfirmed > 0 && stating > 1) return false;
    // A group with a never-link needs `#joinAroundRivals`, even if the other side is not in this set.
    return !this.#constraints.neverLink.some(([a]) => groups.has(this.#find(a)));
  }

  /**
   * Joins a set in which some groups contradict each other: sets apart each group that stands between two rivals, and
   * joins the rest in order. Groups with equal evidence under the same tokens get the same result, so they are examined
   * once as one kind: ten thousand rows under one address cost no more than the distinct people among them.
   */
  #joinAroundRivals(attached: AttachedSet, level: number): void {
    const { kinds, neighbours, positionsOf } = this.#kindsOf(attached, level);
    const doubts: RefusalAtLevel[] = [];
    for (const [group, others] of neighbours) {
      const rivals = this.#rivals(group, others, level);
      if (rivals.length === 0) continue;
      const alike = (kinds.get(group) ?? []).filter((other) => other !== group);
      doubts.push({ reason: 'ambiguous', level, subject: group, candidates: [...rivals, ...alike] });
    }
    for (const { subject } of doubts)
      for (const group of kinds.get(subject) ?? []) this.#ambiguous[group] = 1;
    this.#doubts.push(...doubts);
    for (const [first, ...others] of kinds.values()) {
      if (first === undefined || this.#ambiguous[first] === 1) continue;
      for (const other of others) this.#joinSharing(positionsOf, first, other, level);
    }
    const edges: (readonly [number, number])[] = [];
    for (const [a, others] of neighbours) for (const b of others) if (a < b) edges.push([a, b]);
    for (const [a, b] of edges.sort(byPositions)) {
      const [one, other] = [this.#find(a), this.#find(b)];
      if (this.#ambiguous[one] === 1 || this.#ambiguous[other] === 1) continue;
      if (one !== other && this.#reasonAgainst(one, other, level) !== null)
        this.#refused.push({ level, a, b });
      else this.#joinSharing(positionsOf, a, b, level);
    }
  }

  /** Joins two groups through a pair of positions that share a token, because these two records have met. */
  #joinSharing(positionsOf: PositionsOfGroups, one: number, other: number, level: number): void {
    const theirs = positionsOf.get(other);
    for (const [bucket, position] of positionsOf.get(one) ?? []) {
      const mate = theirs?.get(bucket);
      if (mate === undefined) continue;
      this.#join(position, mate, level, false);
      return;
    }
  }

  /**
   * Divides groups into kinds: groups in the same buckets with equal evidence, as far as this level compares it. A kind
   * is named by its smallest group; `neighbours` holds the other kinds that share a bucket with it.
   */
  #kindsOf({ groups, buckets }: AttachedSet, level: number) {
    const positionsOf = new Map<number, Map<number, number>>();
    buckets.forEach((bucket, number) => {
      for (const position of bucket) {
        const group = this.#find(position);
        const known = positionsOf.get(group);
        if (known === undefined) positionsOf.set(group, new Map([[number, position]]));
        else if (!known.has(number)) known.set(number, position);
      }
    });
    const constrained = new Set(this.#constraints.neverLink.flat().map((position) => this.#find(position)));
    const kindNamed = new Map<string, number>();
    const kinds = new Map<number, number[]>();
    const kindOf = new Map<number, number>();
    for (const group of [...groups].sort((one, other) => one - other)) {
      const profile = this.#profiles[group] as Profile; // a position
      // A group that would contradict an equal group forms its own kind: two rows may each carry the same two NHS
      // numbers.
      const alone =
        constrained.has(group) || profile.reviewed || contradictionAt(profile, profile, level) !== null;
      const says = alone ? `alone ${group}` : comparisonKeyAt(profile, level);
      const name = `${[...(positionsOf.get(group)?.keys() ?? [])].join()} ${says}`;
      const kind = kindNamed.get(name) ?? group;
      kindNamed.set(name, kind);
      kindOf.set(group, kind);
      const members = kinds.get(kind);
      if (members === undefined) kinds.set(kind, [group]);
      else members.push(group);
    }
    const neighbours = new Map<number, Set<number>>();
    for (const kind of kinds.keys()) neighbours.set(kind, new Set());
    for (const bucket of buckets) {
      const here = [...new Set(bucket.map((position) => kindOf.get(this.#find(position)) as number))]; // every group has a kind
      for (const one of here) for (const other of here) if (one !== other) neighbours.get(one)?.add(other);
    }
    return { kinds, neighbours, positionsOf };
  }

  /** The groups that this group could join but that contradict one another. */
  #rivals(group: number, others: ReadonlySet<number>, level: number): number[] {
    if ((this.#profiles[group] as Profile).reviewed) return []; // a position
    const open = [...others].filter((other) => this.#reasonAgainst(group, other, level) === null);
    return open.filter((one) =>
      open.some((other) => one !== other && this.#reasonAgainst(one, other, level) !== null),
    );
  }

  #reasonAgainst(one: number, other: number, level: number): ReferralReason | null {
    if (this.#forbids(one, other)) return 'forbidden';
    return contradictionAt(this.#profiles[one] as Profile, this.#profiles[other] as Profile, level); // positions
  }

  #forbids(one: number, other: number): boolean {
    return this.#constraints.neverLink.some(([a, b]) => {
      const [left, right] = [this.#find(a), this.#find(b)];
      return (left === one && right === other) || (left === other && right === one);
    });
  }

  #join(a: number, b: number, level: number, reviewed: boolean): void {
    this.#meet(a, b, level);
    this.#meet(b, a, level);
    const [one, other] = [this.#find(a), this.#find(b)];
    if (one === other) return;
    const [root, child] = [Math.min(one, other), Math.max(one, other)];
    this.#parent[child] = root;
    const profile = joined(this.#profiles[root] as Profile, this.#profiles[child] as Profile, reviewed); // positions
    this.#profiles[root] = profile;
  }

  #meet(position: number, mate: number, level: number): void {
    if (this.#met[position] !== NONE) return;
    this.#met[position] = mate;
    this.#metAt[position] = level;
  }

  #find(position: number): number {
    const parent = this.#parent;
    let root = position;
    while (parent[root] !== root) root = parent[root] as number; // positions
    let at = position;
    while (parent[at] !== root) {
      const next = parent[at] as number; // a position
      parent[at] = root;
      at = next;
    }
    return root;
  }

  /**
   * The refused links and ambiguities between the final groups: each pair once, at its strongest level. Links refused
   * to one subject for one reason at one level are one refusal.
   */
  #refusals(): Refusal[] {
    const seen = new Set<string>();
    const merged = new Map<string, RefusalAtLevel & { readonly candidates: number[] }>();
    for (const { level, a, b } of this.#refused) {
      const [one, other] = [this.#find(a), this.#find(b)];
      const reason = one === other ? null : this.#reasonAgainst(one, other, level);
      if (reason === null) continue;
      const [subject, candidate] = [Math.min(one, other), Math.max(one, other)];
      if (seen.has(`${reason} ${subject} ${candidate}`)) continue;
      seen.add(`${reason} ${subject} ${candidate}`);
      const key = `${reason} ${level} ${subject}`;
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { reason, level, subject, candidates: [candidate] });
      else known.candidates.push(candidate);
    }
    const doubts = this.#doubts.map((doubt) => ({
      ...doubt,
      candidates: [...new Set(doubt.candidates.map((candidate) => this.#find(candidate)))],
    }));
    return [...merged.values(), ...doubts].map(({ reason, level, subject, candidates }) => ({
      reason,
      ground: groundAt(level),
      subject,
      candidates: candidates.toSorted((one, other) => one - other),
    }));
  }
}

/** What a level compares of a group, as text that is equal if the evidence is equal: see `contradictionAt`. */
const comparisonKeyAt = (
  { nhsNumbers, birthDates, genders, cases, child, adult }: Profile,
  level: number,
): string =>
  [
    child,
    adult,
    sorted(nhsNumbers),
    sorted(birthDates),
    level === EMAIL_LEVEL ? sorted(genders) : '',
    level === CHILD_KEY_LEVEL ? sorted(cases) : '',
  ].join(' ');

const sorted = (values: readonly number[]): string => values.toSorted((one, other) => one - other).join();

function bucketsOf(records: readonly Evidence[]): number[][][] {
  const byToken = new Map<number, number[]>();
  const buckets: number[][][] = authority.map(() => []);
  records.forEach(({ tokens, channels, birthDate }, position) => {
    for (let index = 0; index < tokens.length; index++) {
      const level = channels[index] as number; // parallel to tokens
      if (level === MOBILE_LEVEL && birthDate === NONE) continue;
      const token = tokens[index] as number; // below length
      const bucket = byToken.get(token);
      if (bucket === undefined) {
        byToken.set(token, [position]);
        continue;
      }
      if (bucket[bucket.length - 1] === position) continue;
      if (bucket.push(position) === 2) buckets[level]?.push(bucket);
    }
  });
  return buckets;
}

interface AttachedSet {
  readonly groups: Set<number>;
  readonly buckets: number[][];
}

/** For each group and bucket number, the group’s first position in that bucket. */
type PositionsOfGroups = ReadonlyMap<number, ReadonlyMap<number, number>>;

const byPositions = (one: readonly [number, number], other: readonly [number, number]) =>
  one[0] - other[0] || one[1] - other[1];
