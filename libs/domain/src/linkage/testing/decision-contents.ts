import type { RecordId, RowKey } from '@kinledger/contracts';
import { referralIdOf } from '../../ledger/index.js';
import { firstDay } from './live-set.js';
import type { LinkageWorld, Received } from './linkage-world.js';
import type { Told, ToldOf } from './told.js';

interface State {
  readonly rowKey: RowKey;
  readonly live: boolean;
  readonly carrier: string;
  /** The individual, or the reason why there is none. */
  readonly where: string;
}

/** What a reader of the ledger knew before a decision. */
export interface Before {
  readonly records: ReadonlyMap<RecordId, State>;
  readonly registered: ReadonlySet<string>;
  readonly referrals: ReadonlyMap<string, string>;
  readonly relationships: ReadonlyMap<string, string>;
  readonly families: ReadonlyMap<string, { readonly members: ReadonlySet<string>; readonly review: boolean }>;
}

export const before = ({ reader }: LinkageWorld): Before => ({
  records: new Map(
    [...reader.records].map(([record, { rowKey, live, carrier, individual, reason }]) => [
      record,
      { rowKey, live, carrier, where: individual ?? `(${reason ?? ''})` },
    ]),
  ),
  registered: new Set(reader.registered),
  referrals: new Map(reader.referrals),
  relationships: new Map([...reader.relationships].map(([id, { domain }]) => [id, domain])),
  families: new Map(
    [...reader.families].map(([id, { members, review }]) => [id, { members: new Set(members), review }]),
  ),
});

const placedIn = (where: string): boolean => !where.startsWith('(');

/**
 * Finds what a decision says redundantly or wrongly about itself: an event that changes nothing, a referral whose id
 * does not match its contents, a closing count that does not add up.
 */
export function wrongIn(
  world: LinkageWorld,
  then: Before,
  from: number,
  received: Received | undefined,
): string[] {
  const decided = world.told(from);
  const wrong: string[] = [];
  const check = (holds: boolean, what: string) => {
    if (!holds) wrong.push(what);
  };
  const all = <Type extends Told['type']>(type: Type) =>
    decided.filter((event): event is ToldOf<Type> => event.type === type);
  const keyOf = (record: RecordId): RowKey => world.reader.records.get(record)?.rowKey as RowKey; // named by the ledger

  const placements = [...all('Registered'), ...all('Matched'), ...all('SetAside')];
  for (const { type, data } of placements) {
    const known = then.records.get(data.record);
    if (known === undefined) continue;
    const same =
      known.live && (type === 'SetAside' ? `(${data.setAside})` === known.where : placedIn(known.where));
    check(!same, 'places a record again where it was');
  }
  for (const { data } of all('IndividualSplit')) {
    check(
      data.registered !== then.registered.has(data.into),
      'splits into an unknown individual, or registers a known one',
    );
    const role = world.reader.records.get(data.records[0] as RecordId)?.role; // the contract asks for one
    const first = all('IndividualSplit').find(({ data: { into } }) => into === data.into);
    if (first?.data === data)
      check(data.role === role, 'splits with a role that the first record does not have');
  }
  for (const { data } of all('RecordsRetired'))
    for (const record of data.records) {
      const reason = reasonToRetire(world, decided, record);
      check(data.reason === reason, `retires a record as ${data.reason} instead of ${reason}`);
    }
  const carried = new Set(all('RecordsCarried').flatMap(({ data }) => data.records));
  for (const { data } of all('CarrierChanged'))
    for (const record of data.records)
      check(
        !carried.has(record) && then.records.get(record)?.carrier !== data.submission,
        'changes a carrier to the same submission, or one of a carried record',
      );
  const lapsed = new Set(all('LinkReferralLapsed').map(({ data }) => data.referral));
  for (const { data } of all('LinkReferred')) {
    const candidates = data.candidates.map(keyOf).sort();
    check(
      data.referral === referralIdOf(data.reason, keyOf(data.subject), candidates),
      'has a referral id that does not match its contents',
    );
    if (!lapsed.has(data.referral)) continue;
    check(
      then.referrals.get(data.referral) !== `${data.reason} ${data.rule}`,
      'makes a waiting referral again',
    );
  }
  const ended = new Set(all('RelationshipEnded').map(({ data }) => data.relationship));
  for (const { data } of all('RelationshipIdentified'))
    if (ended.has(data.relationship))
      check(
        then.relationships.get(data.relationship) !== data.domain,
        'ends a relationship and identifies it again unchanged',
      );
  for (const { data } of all('FamilyLinked')) {
    const known = then.families.get(data.family);
    const changes = data.joined.length + data.left.length > 0 || known?.review !== data.review;
    check(changes, 'links a family without a change');
    for (const individual of data.joined)
      check(known?.members.has(individual) !== true, 'joins an individual that is already a member');
    for (const individual of data.left)
      check(known?.members.has(individual) === true, 'removes an individual that is not a member');
  }
  const retired = all('RecordsRetired').reduce((sum, { data }) => sum + data.records.length, 0);
  const entering = placements.filter(({ data }) => data.commitments !== undefined);
  const aside = (reason: string) =>
    entering.filter(({ type, data }) => type === 'SetAside' && data.setAside === reason).length;
  for (const { data } of all('SubmissionLinked')) {
    const gone = new Set(all('RecordsRetired').flatMap((event) => event.data.records.map(keyOf)));
    const rows = received?.rows.length ?? 0;
    const expected = {
      registered: entering.filter(({ type }) => type === 'Registered').length,
      matched: entering.filter(({ type }) => type === 'Matched').length,
      referred: aside('referred'),
      unlinkable: aside('unlinkable'),
      impersonal: aside('impersonal'),
      superseded: aside('superseded'),
      unchanged: rows - entering.length,
      corrected: entering.filter(
        ({ type, data: one }) =>
          !(type === 'SetAside' && one.setAside === 'superseded') && gone.has(one.rowKey),
      ).length,
      retired,
    };
    check(
      JSON.stringify(sorted(expected)) === JSON.stringify(sorted(data.outcomes)),
      'counts the outcomes wrongly',
    );
    check(data.rows === rows, 'counts the rows wrongly');
  }
  for (const { data } of all('SubmissionWithdrawn')) {
    const revived = placements.filter(({ data: { record } }) => then.records.get(record)?.live === false);
    check(data.retired === retired, 'counts the retired records wrongly');
    check(data.revived === revived.length, 'counts the revived records wrongly');
  }
  return wrong;
}

/**
 * The reason why a live record should be retired: from the cause of the decision, and from what the standing
 * submissions say of its row.
 */
function reasonToRetire(world: LinkageWorld, decided: readonly Told[], record: RecordId): string {
  const { reader, engine, received } = world;
  const closing = decided.at(-1)?.type;
  if (closing === 'RecordErased') return 'erased';
  const known = reader.records.get(record);
  const rowKey = known?.rowKey as RowKey; // named by the ledger
  const standing = [...received.values()].filter(
    ({ file }) => engine.standingOf(file.submission) === 'standing',
  );
  const carriers = standing.filter(
    ({ file, refused }) => reader.carriers.has(`${file.submission} ${rowKey}`) || refused.includes(rowKey),
  );
  const carried = carriers.some(({ file }) => reader.carriers.get(`${file.submission} ${rowKey}`) === record);
  if (closing === 'SubmissionWithdrawn' && !carried) return 'withdrawn';
  if ([...reader.records.values()].some((other) => other.live && other.rowKey === rowKey)) return 'replaced';
  const [highest] = carriers.sort(
    ({ file: one }, { file: other }) =>
      firstDay(other.period) - firstDay(one.period) || other.sequence - one.sequence,
  );
  if (highest?.refused.includes(rowKey) !== true) return 'omitted';
  const { dataset, period } = highest.file;
  const omitted = standing.some(
    ({ file }) =>
      file.dataset === dataset && file.extractKind !== 'delta' && firstDay(file.period) > firstDay(period),
  );
  return omitted ? 'omitted' : 'consent-refused';
}

const sorted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1));
