import type { ReferralReason, Ground } from './ground.js';
import type { Channels } from './channels.js';
import type { Evidence, Profile } from './evidence.js';
import type { Attachment, Foundation, Owners } from './attach-fact.js';
import type { ForceLimits } from './force.js';
import type { PairAccount } from './pair-account.js';
import type { TokensOfRow, LinkageRow } from './tokens-of-row.js';

/**
 * How a programme links (architecture §6): everything that may differ between two ways of linking, as one value.
 * `partition` and the engine know no other difference between strategies. A strategy is pure: its results depend on its
 * arguments alone, and it compares tokens only for equality.
 */
export interface Strategy {
  readonly name: string;
  /** Everything that its decisions depend on. The ledger records it when the strategy is adopted. */
  readonly parameters: Readonly<Record<string, number | string | string[]>>;
  /**
   * The kinds of token that it reads, strongest first. Records that share a token of a connecting channel are
   * neighbours.
   */
  readonly channels: Channels;
  /** How many people may hold a token as their own, or as their carer's, before it loses its force. */
  readonly ownLimits: ForceLimits;
  readonly carerLimits: ForceLimits;

  /** The tokens of a row that are evidence, including derived ones. */
  tokensOf(row: LinkageRow): TokensOfRow;

  /**
   * Groups person records into people. `records` are in row key order and cover whole components: no record outside
   * shares a connecting token or a reviewed link with a record inside, or is its neighbour.
   */
  group(records: readonly Evidence[], constraints: PositionConstraints): Grouping;

  /**
   * The evidence of an individual as a fact meets it: a fact that contradicts it does not belong to the individual.
   */
  profileForFacts(profile: Profile): Profile;

  /** Decides where a fact belongs, given the owners of its tokens. */
  attach(fact: Evidence, owners: Owners): Attachment;

  /**
   * Decides which individuals the facts found that share their strongest token, if nobody owns it. Facts are in row key
   * order.
   */
  foundIndividuals(facts: readonly Evidence[], channel: number): Foundation;

  /** Negative if `one` is the stronger ground. */
  compareGrounds(one: Ground, other: Ground): number;

  /** How the strategy scores pairs; absent if it links by equal tokens alone. */
  readonly pairs?: PairScoring;
}

/**
 * How a strategy compares person records that share no connecting token. Two records are candidates if they share a
 * candidate key (`TokensOfRow.keys`) that is not crowded, and neighbours if they are candidates whose score is at the
 * floor or above. Components are closed under neighbours, as they are under connecting tokens.
 */
export interface PairScoring {
  /** In millibits. Records that no chain of pairs with such a score, tokens and reviewed links connects do not affect each other. */
  readonly floor: number;
  /** A key is crowded, and skipped, if more live person records than this hold it. */
  readonly maxHoldersPerKey: number;
  /** The score of a pair in millibits. It depends on the two records alone, and not on which comes first. */
  scoreOf(one: Evidence, other: Evidence): number;
  /** What speaks for the pair: its score, and how closely the two agree on each field. */
  groundOf(one: Evidence, other: Evidence): Ground;
  /** For explanations; absent if the strategy cannot take its scores apart. */
  readonly account?: PairAccount;
}

/** A link that the rules refuse to make without a person. Each group is named by its smallest position. */
export interface Refusal {
  readonly reason: ReferralReason;
  /** The ground on which the groups would have been linked. */
  readonly ground: Ground;
  readonly subject: number;
  readonly candidates: readonly number[];
}

/** People's decisions, by position. A never-link overrides a reviewed link, and both override every token. */
export interface PositionConstraints {
  readonly neverLink: readonly (readonly [number, number])[];
  readonly reviewedLink: readonly (readonly [number, number])[];
}

export const unconstrained: PositionConstraints = { neverLink: [], reviewedLink: [] };

/** Two positions whose meeting joined their groups. */
export interface Joining {
  readonly a: number;
  readonly b: number;
  readonly ground: Ground;
}

export interface Grouping {
  /** For each position, the smallest position in its group. */
  readonly groupOf: Int32Array;
  /** For each position, the position it met on its strongest ground; NONE if it met no other. */
  readonly met: Int32Array;
  /** The ground on which a position met another; null if it met no other. */
  groundOf(position: number): Ground | null;
  /** 1 for a group that stays alone because it could belong to either of two groups that contradict each other. */
  readonly ambiguous: Uint8Array;
  readonly refusals: readonly Refusal[];
  /** Pairs that joined groups of records which had met others before; absent if the strategy does not score. */
  readonly joins?: readonly Joining[];
  /** The combined evidence of a group; `group` is a value of `groupOf`. */
  profile(group: number): Profile;
}
