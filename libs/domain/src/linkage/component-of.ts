import type { Evidence } from './evidence.js';
import type { LinkageIndex } from './linkage-index.js';
import { scoredCandidatesOf } from './scored-candidates.js';
import type { PositionConstraints } from './strategy.js';
import { NONE } from './typed-column.js';

/** Live person records that may affect one another, in row key order, as a strategy groups them. */
export interface Component {
  readonly members: readonly number[];
  readonly evidence: readonly Evidence[];
  readonly constraints: PositionConstraints;
  /** The place of a record among the members. */
  positionOf(record: number): number;
}

/** From which records on a component is followed. */
export interface ComponentAsked {
  readonly from: readonly number[];
  /** Records that do not count are left out, as if they were not live. */
  readonly counts: (record: number) => boolean;
  readonly evidenceOf: (record: number) => Evidence;
  readonly limit: number;
}

/**
 * The records that tokens, scores and reviewed links connect with these, as the ledger stands.
 * @returns undefined if they are more than the limit.
 */
export function componentOf(
  index: LinkageIndex,
  { from, counts, evidenceOf, limit }: ComponentAsked,
): Component | undefined {
  const found = new Set(from);
  // A set is walked in the order in which it grows.
  for (const record of found) {
    for (const neighbour of neighboursOf(index, record, evidenceOf))
      if (counts(neighbour)) found.add(neighbour);
    if (found.size > limit) return undefined;
  }
  return groupedTogether(index, [...found], evidenceOf);
}

/** These records and no others, as a strategy groups them. */
export function groupedTogether(
  index: LinkageIndex,
  records: readonly number[],
  evidenceOf: (record: number) => Evidence,
): Component {
  const { keys, records: table } = index;
  const members = [...records].sort((one, other) => keys.compare(table.keyOf(one), table.keyOf(other)));
  const positions = new Map(members.map((member, position) => [member, position]));
  return {
    members,
    evidence: members.map(evidenceOf),
    constraints: constraintsAmong(index, members, positions),
    positionOf: (record) => positions.get(record) ?? NONE,
  };
}

function* neighboursOf(
  index: LinkageIndex,
  record: number,
  evidenceOf: (record: number) => Evidence,
): Generator<number> {
  const { channels } = index.strategy;
  const { records, tokens } = index;
  const mine = evidenceOf(record);
  for (const [at, token] of mine.tokens.entries()) {
    const byBirthDate = channels.joinsByBirthDate(mine.channels[at] as number); // parallel
    for (
      let holding = tokens.firstHolder(token, 'persons');
      holding !== NONE;
      holding = records.nextHolder(holding)
    ) {
      const holder = records.holderAt(holding);
      if (records.isLive(holder) && (!byBirthDate || records.birthDateOf(holder) === mine.birthDate))
        yield holder;
    }
  }
  for (const { record: other } of scoredCandidatesOf(index, record, evidenceOf)) yield other;
  for (const [key, decided] of index.constraints.partnersOf(records.keyOf(record))) {
    const partner = index.keys.liveRecord(key);
    if (decided === 'link' && partner !== NONE && records.isPerson(partner)) yield partner;
  }
}

function constraintsAmong(
  { constraints, keys, records }: LinkageIndex,
  members: readonly number[],
  positions: ReadonlyMap<number, number>,
): PositionConstraints {
  const pairs = (wanted: 'never-link' | 'link') =>
    members.flatMap((member, position) =>
      [...constraints.partnersOf(records.keyOf(member))].flatMap(([key, decided]) => {
        const other = positions.get(keys.liveRecord(key));
        return decided !== wanted || other === undefined || other < position
          ? []
          : [[position, other] as const];
      }),
    );
  return { neverLink: pairs('never-link'), reviewedLink: pairs('link') };
}
