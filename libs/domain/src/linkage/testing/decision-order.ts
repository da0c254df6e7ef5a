import type { RecordId, RowKey } from '@kinledger/contracts';
import type { LinkageWorld, Received } from './linkage-world.js';
import { told, type Told } from './told.js';

/** The order of everything that has one, by first mention in the ledger. */
class Places {
  readonly #places = new Map<string, number>();

  note({ type, data }: Told): void {
    if (type === 'SubmissionReceived') this.#add(data.submission);
    if ('commitments' in data) this.#add(data.record);
    if (type === 'Registered') this.#add(data.individual);
    if (type === 'IndividualSplit' && data.registered) this.#add(data.into);
    if (type === 'LinkReferred') this.#add(data.referral);
    if (type === 'RelationshipIdentified') this.#add(data.relationship);
    if (type === 'FamilyLinked') this.#add(data.family);
  }

  of(id: string): number {
    return this.#places.get(id) ?? Number.POSITIVE_INFINITY;
  }

  #add(id: string): void {
    if (!this.#places.has(id)) this.#places.set(id, this.#places.size);
  }
}

const retiringReasons = ['replaced', 'omitted', 'withdrawn', 'consent-refused', 'erased'];
const isRising = (values: readonly (number | string)[]): boolean =>
  values.every((value, at) => at === 0 || (values[at - 1] as number | string) < value); // at is not the first

type Rank = readonly (number | string)[];

function comesBefore(one: Rank, other: Rank): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  const [left, right] = [one[at], other[at]];
  return left !== undefined && right !== undefined && left < right;
}

/**
 * Describes what is out of order in a decision; an empty list if all is in the order that the ledger promises:
 * received; retired by reason, then by age; carried in row order; carrier changes by submission, then by age; refusals
 * in the order in which they were recorded; splits by individual, then by age; merges by absorbed individual; new rows
 * in row order; older records by age; lapsed referrals, then new ones by id; ended relationships, then new ones by
 * child and carer; families by scope: dissolved, then existing, then new; the closing event.
 */
export function outOfOrder(world: LinkageWorld, from: number, received: Received | undefined): string[] {
  const places = new Places();
  const wrong: string[] = [];
  const before = told(world.events.slice(0, from));
  for (const event of before) places.note(event);
  const linkedBefore = new Set(
    before.flatMap((event) => (event.type === 'FamilyLinked' ? [event.data.family] : [])),
  );
  const decided = world.told(from);
  for (const event of decided) places.note(event);
  const rowOf = new Map<RecordId, number>(received?.rows.map(({ record }, row) => [record, row]));
  const firstRowOf = new Map<RowKey, number>();
  received?.rows.forEach(({ rowKey }, row) => {
    if (!firstRowOf.has(rowKey)) firstRowOf.set(rowKey, row);
  });
  // A row key that refuses twice takes the place of its first refusal.
  const refusedAt = new Map([...new Set(received?.refused)].map((rowKey, at) => [rowKey, at]));
  const scopes = ['programme', ...world.options.familyScopes.map(({ scope }) => scope)];
  const inOrder = (what: string, ids: readonly string[]) => {
    if (!isRising(ids.map((id) => places.of(id)))) wrong.push(`${what} are not in order`);
  };
  const carriedAt = (record: RecordId): number =>
    firstRowOf.get(world.reader.records.get(record)?.rowKey as RowKey) ?? Number.POSITIVE_INFINITY; // a live record

  const rankOf = ({ type, data }: Told): Rank => {
    switch (type) {
      case 'SubmissionReceived':
        return [0];
      case 'RecordsRetired':
        inOrder(type, data.records);
        return [1, retiringReasons.indexOf(data.reason), places.of(data.records[0] ?? '')];
      case 'RecordsCarried':
        if (!isRising(data.records.map(carriedAt))) wrong.push(`${type} are not in row order`);
        return [2, carriedAt(data.records[0] as RecordId)]; // the contract asks for one
      case 'CarrierChanged':
        inOrder(type, data.records);
        return [3, places.of(data.submission), places.of(data.records[0] ?? '')];
      case 'ConsentRefused':
        if (!isRising(data.rowKeys.map((rowKey) => refusedAt.get(rowKey) ?? NaN)))
          wrong.push(`${type} are not in order`);
        return [4, refusedAt.get(data.rowKeys[0] as RowKey) ?? NaN]; // the contract asks for one
      case 'IndividualSplit':
        inOrder(type, data.records);
        return [5, places.of(data.individual), places.of(data.records[0] ?? '')];
      case 'IndividualsMerged':
        return [6, places.of(data.absorbed)];
      case 'Registered':
      case 'Matched':
      case 'SetAside':
        return data.commitments === undefined
          ? [8, places.of(data.record)]
          : [7, rowOf.get(data.record) ?? Number.NaN];
      case 'LinkReferralLapsed':
        return [9, places.of(data.referral)];
      case 'LinkReferred':
        return [10, data.referral];
      case 'RelationshipEnded':
        return [11, places.of(data.relationship)];
      case 'RelationshipIdentified':
        return [12, places.of(data.child), places.of(data.other)];
      case 'FamilyDissolved':
        return [13, scopes.indexOf(data.scope), 0, places.of(data.family)];
      case 'FamilyLinked': {
        inOrder('joined', data.joined);
        inOrder('left', data.left);
        const scope = scopes.indexOf(data.scope);
        return linkedBefore.has(data.family)
          ? [13, scope, 1, places.of(data.family)]
          : [13, scope, 2, places.of(data.joined[0] ?? '')];
      }
      default:
        return [14];
    }
  };
  const ranks = decided.map((event) => ({ rank: rankOf(event), what: event.type }));
  for (const [at, { rank, what }] of ranks.entries()) {
    const before = ranks[at - 1];
    if (before !== undefined && !comesBefore(before.rank, rank)) wrong.push(`${before.what} before ${what}`);
  }
  return wrong;
}
