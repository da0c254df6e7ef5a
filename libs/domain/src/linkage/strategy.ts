import type { ReferralReason, Ground } from './ground.js';
import type { Channels } from './channels.js';
import type { Evidence, Profile } from './evidence.js';
import type { Attachment, Foundation, Owners } from './attach-fact.js';
import type { ForceLimits } from './force.js';
import type { TokensOfRow, LinkageRow } from './tokens-of-row.js';

/**
 * How one programme links (architecture §6): everything in linkage that another way of linking would do differently, as
 * one value. `partition` and the engine know no other difference between strategies. A strategy is pure: what it answers
 * depends on its arguments alone, and compares tokens for equality and nothing else.
 */
export interface Strategy {
  readonly name: string;
  /** All that its decisions depend on, as the ledger records it when the strategy is adopted. */
  readonly parameters: Readonly<Record<string, number | string | string[]>>;
  /** Kinds of token that it reads, strongest first. Two records are neighbours when they share a token that connects. */
  readonly channels: Channels;
  /** How many people may hold a token as their own, or as their carer's, before it connects nobody. */
  readonly ownLimits: ForceLimits;
  readonly carerLimits: ForceLimits;

  /** The tokens of a row that are evidence, derived ones included. */
  tokensOf(row: LinkageRow): TokensOfRow;

  /**
   * Groups person records into people. `records` come in row key order and hold whole components: no record outside
   * shares a token that connects, or a reviewed link, with one inside.
   */
  group(records: readonly Evidence[], constraints: PositionConstraints): Grouping;

  /** Where a fact belongs, given who holds its tokens. */
  attach(fact: Evidence, owners: Owners): Attachment;

  /** Whom facts found that share their strongest token, which nobody owns. They come in row key order. */
  found(facts: readonly Evidence[], channel: number): Foundation;

  /** Below zero where `one` is the stronger ground. */
  compareGrounds(one: Ground, other: Ground): number;
}

/** A link that the rules will not make alone. Groups are named by their smallest position. */
export interface Refusal {
  readonly reason: ReferralReason;
  /** What would have linked them. */
  readonly ground: Ground;
  readonly subject: number;
  readonly candidates: readonly number[];
}

/** Decisions of people, by position. Never-link wins over reviewed-link, and both over every token. */
export interface PositionConstraints {
  readonly neverLink: readonly (readonly [number, number])[];
  readonly reviewedLink: readonly (readonly [number, number])[];
}

export const unconstrained: PositionConstraints = { neverLink: [], reviewedLink: [] };

export interface Grouping {
  /** Position → smallest position of its group. */
  readonly groupOf: Int32Array;
  /** Position → the position that it met on its strongest ground, or NONE for one that is alone. */
  readonly met: Int32Array;
  /** The ground on which a position met another; null for one that is alone. */
  groundOf(position: number): Ground | null;
  /** Group → 1 when it stays alone because it could belong to either of two that contradict each other. */
  readonly ambiguous: Uint8Array;
  readonly refusals: readonly Refusal[];
  /** What a group says; `group` is a value of `groupOf`. */
  profile(group: number): Profile;
}
