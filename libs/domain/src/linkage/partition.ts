import type { DatasetId, DataType, PseudonymisedRow, ReferralId, Role, RowKey } from '@kinledger/contracts';
import { referralIdOf } from '../ledger/ledger-ids.js';
import type { Attachment } from './attach-fact.js';
import { isLinkable, type Evidence } from './evidence.js';
import { EvidenceReader } from './evidence-reader.js';
import { REVIEWED, type Ground, type ReferralReason } from './ground.js';
import type { Grouping, Strategy } from './strategy.js';
import { NONE } from './typed-column.js';

export type RecordKind = 'person' | 'fact' | 'impersonal';

/** What a row is to linkage: a person, something a person did or scored, or activity that names nobody. */
export function recordKindOf(dataType: DataType, role: Role): RecordKind {
  if (role === 'none' || dataType === 'input') return 'impersonal';
  return dataType === 'user' ? 'person' : 'fact';
}

/** The part of a live record that linkage reads. */
export interface LinkageRecord
  extends Pick<PseudonymisedRow, 'rowKey' | 'role' | 'tokens'>, Partial<Pick<PseudonymisedRow, 'derived'>> {
  readonly kind: RecordKind;
  readonly dataset: DatasetId;
}

/**
 * People's decisions. They name rows by row key, so they also bind a corrected row. A pair has no effect until both
 * rows are live.
 */
export interface LinkConstraints {
  readonly neverLink: readonly (readonly [RowKey, RowKey])[];
  readonly reviewedLink: readonly (readonly [RowKey, RowKey])[];
}

export const noConstraints: LinkConstraints = { neverLink: [], reviewedLink: [] };

/** One individual: its person records and the facts attached to it. Either list may be empty, but not both. */
export interface Group {
  readonly persons: readonly RowKey[];
  readonly facts: readonly RowKey[];
}

export interface SetAside {
  readonly rowKey: RowKey;
  readonly reason: 'unlinkable' | 'referred' | 'impersonal';
}

/**
 * A doubt for a person to decide. Groups are named by their smallest row key, so the order of arrival does not matter.
 */
export interface Referral {
  readonly referral: ReferralId;
  readonly reason: ReferralReason;
  /** The ground on which the groups would have been linked. */
  readonly ground: Ground;
  readonly subject: RowKey;
  readonly candidates: readonly RowKey[];
}

export interface Partition {
  readonly groups: readonly Group[];
  readonly setAside: readonly SetAside[];
  readonly referrals: readonly Referral[];
  readonly tokensWithoutForce: readonly { readonly domain: string; readonly token: string }[];
}

/**
 * Linkage as a function of a set (architecture §6): the people behind the live records. Pure, total, and independent of
 * the order of its input. The engine computes the same result incrementally with the same rules.
 * @param records live records, with each row key once.
 */
export function partition(
  records: readonly LinkageRecord[],
  constraints: LinkConstraints,
  strategy: Strategy,
): Partition {
  const sorted = [...records].sort((one, other) => compareText(one.rowKey, other.rowKey));
  const reader = new EvidenceReader(sorted, strategy);
  const setAside: SetAside[] = [];
  const persons: Read[] = [];
  const facts: Read[] = [];
  for (const record of sorted) {
    if (record.kind === 'impersonal') {
      setAside.push({ rowKey: record.rowKey, reason: 'impersonal' });
      continue;
    }
    const evidence = reader.evidenceOf(record);
    if (!isLinkable(evidence)) setAside.push({ rowKey: record.rowKey, reason: 'unlinkable' });
    else (record.kind === 'person' ? persons : facts).push({ rowKey: record.rowKey, evidence });
  }

  const positions = new Map(persons.map(({ rowKey }, position) => [rowKey, position]));
  const grouping = strategy.group(
    persons.map(({ evidence }) => evidence),
    {
      neverLink: pairsOf(constraints.neverLink, positions),
      reviewedLink: pairsOf(constraints.reviewedLink, positions),
    },
  );
  const rowKeyAt = (position: number): RowKey => (persons[position] as Read).rowKey; // a position
  const referrals = grouping.refusals.map(({ reason, ground, subject, candidates }) =>
    referral(reason, ground, rowKeyAt(subject), candidates.map(rowKeyAt)),
  );

  const groups = new Map<number, { persons: RowKey[]; facts: RowKey[] }>();
  persons.forEach(({ rowKey }, position) => {
    const group = grouping.groupOf[position] as number; // a position
    const known = groups.get(group);
    if (known === undefined) groups.set(group, { persons: [rowKey], facts: [] });
    else known.persons.push(rowKey);
  });

  const attached = attachFacts(strategy, facts, persons, grouping, positions, constraints);
  for (const [fact, owner] of attached.owned) groups.get(owner)?.facts.push(fact);
  for (const rowKey of attached.referred) setAside.push({ rowKey, reason: 'referred' });
  return {
    groups: [...groups.values(), ...attached.founded].sort((one, other) =>
      compareText(first(one), first(other)),
    ),
    setAside: setAside.sort((one, other) => compareText(one.rowKey, other.rowKey)),
    referrals: [...referrals, ...attached.referrals].sort((one, other) =>
      compareText(one.referral, other.referral),
    ),
    tokensWithoutForce: reader.tokensWithoutForce(),
  };
}

interface Read {
  readonly rowKey: RowKey;
  readonly evidence: Evidence;
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const first = (group: Group): string => group.persons[0] ?? group.facts[0] ?? '';

function referral(
  reason: ReferralReason,
  ground: Ground,
  subject: RowKey,
  candidates: readonly RowKey[],
): Referral {
  const sorted = [...candidates].sort(compareText);
  return { referral: referralIdOf(reason, subject, sorted), reason, ground, subject, candidates: sorted };
}

const pairsOf = (
  pairs: readonly (readonly [RowKey, RowKey])[],
  positions: ReadonlyMap<RowKey, number>,
): (readonly [number, number])[] =>
  pairs.flatMap(([one, other]) => {
    const [a, b] = [positions.get(one), positions.get(other)];
    return a === undefined || b === undefined || a === b ? [] : [[a, b] as const];
  });

function listIn<Value>(lists: Map<number, Value[]>, key: number): Value[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: Value[] = [];
  lists.set(key, list);
  return list;
}

interface AttachedFacts {
  readonly owned: readonly (readonly [RowKey, number])[];
  readonly founded: readonly Group[];
  readonly referred: readonly RowKey[];
  readonly referrals: readonly Referral[];
}

function attachFacts(
  strategy: Strategy,
  facts: readonly Read[],
  persons: readonly Read[],
  grouping: Grouping,
  positions: ReadonlyMap<RowKey, number>,
  constraints: LinkConstraints,
): AttachedFacts {
  const holders = new Map<number, number[]>();
  persons.forEach(({ evidence }, position) => {
    for (const token of evidence.tokens) listIn(holders, token).push(position);
  });
  const groupAt = (position: number): number => grouping.groupOf[position] as number; // a position
  const owned: (readonly [RowKey, number])[] = [];
  const referred: RowKey[] = [];
  const referrals: Referral[] = [];
  const unowned = new Map<number, { readonly channel: number; readonly facts: Read[] }>();

  for (const fact of facts) {
    const paired = (pairs: LinkConstraints['neverLink']): number[] =>
      pairs
        .flatMap(([a, b]) => (a === fact.rowKey ? [b] : b === fact.rowKey ? [a] : []))
        .flatMap((rowKey) => positions.get(rowKey) ?? [])
        .map(groupAt);
    const forbidden = paired(constraints.neverLink);
    const [reviewed] = paired(constraints.reviewedLink)
      .filter((group) => !forbidden.includes(group))
      .sort((one, other) => one - other);
    const attachment: Attachment =
      reviewed !== undefined
        ? { kind: 'owned', owner: reviewed, token: NONE, ground: REVIEWED }
        : strategy.attach(fact.evidence, {
            of: (index) => ownersOf(strategy, fact.evidence, index, holders, persons).map(groupAt),
            profile: (owner) => grouping.profile(owner),
            forbids: (owner) => forbidden.includes(owner),
          });
    switch (attachment.kind) {
      case 'owned':
        owned.push([fact.rowKey, attachment.owner]);
        break;
      case 'referred': {
        const candidates = attachment.candidates.map((group) => (persons[group] as Read).rowKey); // a position
        referrals.push(referral(attachment.reason, attachment.ground, fact.rowKey, candidates));
        referred.push(fact.rowKey);
        break;
      }
      case 'unowned': {
        const token = fact.evidence.tokens[attachment.token] as number; // one of its tokens
        const channel = fact.evidence.channels[attachment.token] as number;
        const known = unowned.get(token);
        if (known === undefined) unowned.set(token, { channel, facts: [fact] });
        else known.facts.push(fact);
        break;
      }
      case 'unlinkable':
        break; // `partition` has already set aside facts without a usable token.
    }
  }
  const founded: Group[] = [];
  for (const { channel, facts: founding } of unowned.values()) {
    const { groupOf, ground, refusals } = strategy.foundIndividuals(
      founding.map(({ evidence }) => evidence),
      channel,
    );
    const rowKeyAt = (index: number): RowKey => (founding[index] as Read).rowKey; // an index of `founding`
    const groups = new Map<number, RowKey[]>();
    groupOf.forEach((group, index) => {
      if (group === NONE) referred.push(rowKeyAt(index));
      else listIn(groups, group).push(rowKeyAt(index));
    });
    for (const members of groups.values()) founded.push({ persons: [], facts: members });
    for (const { reason, subject, candidates } of refusals) {
      referrals.push(referral(reason, ground, rowKeyAt(subject), candidates.map(rowKeyAt)));
    }
  }
  return { owned, founded, referred, referrals };
}

/**
 * Positions of the person records that hold a fact's token as their own; if the token needs it, with the same birth
 * date.
 */
function ownersOf(
  { channels }: Strategy,
  fact: Evidence,
  index: number,
  holders: ReadonlyMap<number, readonly number[]>,
  persons: readonly Read[],
): readonly number[] {
  const found = holders.get(fact.tokens[index] as number) ?? []; // an index of the fact's tokens
  if (!channels.joinsByBirthDate(fact.channels[index] as number)) return found;
  return found.filter((position) => (persons[position] as Read).evidence.birthDate === fact.birthDate); // a position
}
