import { z } from 'zod';
import { read, unreadableContract, type DataOf } from '../contract.js';
import { fitsAsItIs } from '../fast-check.js';
import { instant, revision } from '../identifiers.js';
import type { EventRoles, LedgerContract, LedgerReader } from './event-roles.js';
import * as constraints from './constraints.js';
import * as erasures from './erasures.js';
import * as families from './families.js';
import * as individuals from './individuals.js';
import * as keys from './keys.js';
import * as programme from './programme.js';
import * as quarters from './quarters.js';
import * as reviews from './reviews.js';
import * as submissions from './submissions.js';

/** Every event type of a ledger, by name. */
export const ledgerContracts = {
  ProgrammeDefined: programme.ProgrammeDefined,
  StrategyAdopted: programme.StrategyAdopted,
  SubmissionReceived: submissions.SubmissionReceived,
  SubmissionLinked: submissions.SubmissionLinked,
  SubmissionWithdrawn: submissions.SubmissionWithdrawn,
  SubmissionParked: submissions.SubmissionParked,
  SubmissionUnparked: submissions.SubmissionUnparked,
  RecordsRetired: submissions.RecordsRetired,
  RecordsCarried: submissions.RecordsCarried,
  CarrierChanged: submissions.CarrierChanged,
  ConsentRefused: submissions.ConsentRefused,
  RecordErased: erasures.RecordErased,
  CarerTokensErased: erasures.CarerTokensErased,
  RecordsPlaced: individuals.RecordsPlaced,
  IndividualsMerged: individuals.IndividualsMerged,
  IndividualSplit: individuals.IndividualSplit,
  LinkReferred: individuals.LinkReferred,
  LinkReferralLapsed: individuals.LinkReferralLapsed,
  LinkForbidden: constraints.LinkForbidden,
  LinkReviewed: constraints.LinkReviewed,
  LinkAllowed: constraints.LinkAllowed,
  ReviewGiven: reviews.ReviewGiven,
  RelationshipsIdentified: families.RelationshipsIdentified,
  RelationshipsEnded: families.RelationshipsEnded,
  FamiliesLinked: families.FamiliesLinked,
  FamiliesDissolved: families.FamiliesDissolved,
  QuarterClosed: quarters.QuarterClosed,
  FiguresPublished: quarters.FiguresPublished,
  ReleasePublished: quarters.ReleasePublished,
  ReleaseWithdrawn: quarters.ReleaseWithdrawn,
  KeyRotationBegun: keys.KeyRotationBegun,
  RecordsRekeyed: keys.RecordsRekeyed,
  KeyRotated: keys.KeyRotated,
  SigningKeyChanged: programme.SigningKeyChanged,
} as const;

export type LedgerEventType = keyof typeof ledgerContracts;

/** A decision before it has a position in the ledger. */
export type LedgerDecision = {
  [Type in LedgerEventType]: { readonly type: Type; readonly data: DataOf<(typeof ledgerContracts)[Type]> };
}[LedgerEventType];

/** An event of the ledger as readers see it: the newest shape of its type. */
export type LedgerEvent = LedgerDecision & {
  readonly id: string;
  readonly version: number;
  readonly revision: number;
  readonly time: string;
  readonly cause: string;
};

type Roles = { [Type in LedgerEventType]: (typeof ledgerContracts)[Type]['roles'] };
type TypesWith<Role extends Partial<EventRoles>> = {
  [Type in LedgerEventType]: Roles[Type] extends Role ? Type : never;
}[LedgerEventType];
type EventOf<Type extends LedgerEventType> = Extract<LedgerEvent, { readonly type: Type }>;

/** An event that closes a decision. */
export type ClosingEvent = EventOf<TypesWith<{ closes: true }>>;
/** An event of which the linker publishes something. */
export type PublishedEvent = EventOf<Exclude<LedgerEventType, TypesWith<{ publishedOn: readonly [] }>>>;
/** A decision that brings records into the ledger, or places them again. */
export type PlacingDecision = Extract<LedgerDecision, { readonly type: TypesWith<{ bodies: 'brings' }> }>;
/** An event that has the bodies of its records erased. */
export type ErasingEvent = EventOf<TypesWith<{ bodies: 'erases' }>>;
/** An event that states the commitments to its records' tokens anew. */
export type RestatingEvent = EventOf<TypesWith<{ bodies: 'restates' }>>;
/** An event that a reader must handle. */
export type EventFor<Reader extends LedgerReader> = EventOf<
  {
    [Type in LedgerEventType]: Reader extends Roles[Type]['ignoredBy'][number] ? never : Type;
  }[LedgerEventType]
>;

const typesWhere = (holds: (roles: EventRoles) => boolean): ReadonlySet<string> =>
  new Set(
    Object.values<LedgerContract>(ledgerContracts).flatMap(({ name, roles }) => (holds(roles) ? [name] : [])),
  );

const closing = typesWhere(({ closes }) => closes);
const published = typesWhere(({ publishedOn }) => publishedOn.length > 0);
const placing = typesWhere(({ bodies }) => bodies === 'brings');
const erasing = typesWhere(({ bodies }) => bodies === 'erases');
const restating = typesWhere(({ bodies }) => bodies === 'restates');
const rekeying = typesWhere(({ bodies }) => bodies === 'rekeys');
const ignored: Readonly<Record<LedgerReader, ReadonlySet<string>>> = {
  linkage: typesWhere(({ ignoredBy }) => ignoredBy.includes('linkage')),
  'programme-ledger': typesWhere(({ ignoredBy }) => ignoredBy.includes('programme-ledger')),
};

/** Whether an event type closes a decision: readers apply all events since the last closing event as a whole. */
export const closesDecision = (type: string): boolean => closing.has(type);

export const isClosing = (event: LedgerEvent): event is ClosingEvent => closing.has(event.type);

/** Whether the linker publishes something of an event type. */
export const isPublishedType = (type: string): boolean => published.has(type);

export const isPublished = (event: LedgerEvent): event is PublishedEvent => published.has(event.type);

export const isPlacing = (decision: LedgerDecision): decision is PlacingDecision =>
  placing.has(decision.type);

export const isErasing = (event: LedgerEvent): event is ErasingEvent => erasing.has(event.type);

/** Whether an event type has bodies beside the ledger erased. */
export const erasesBodies = (type: string): boolean => erasing.has(type);

/** Whether an event type states commitments to tokens anew because some were taken out. */
export const restatesTokens = (type: string): boolean => restating.has(type);

export const isRestating = (event: LedgerEvent): event is RestatingEvent => restating.has(event.type);

/** Whether an event type states commitments to tokens anew because they were wrapped under another key. */
export const rekeysTokens = (type: string): boolean => rekeying.has(type);

/** Whether an event type says that bodies beside the ledger have other contents from now on, or none. */
export const changesBodies = (type: string): boolean =>
  erasing.has(type) || restating.has(type) || rekeying.has(type);

/** Whether a reader must handle an event. */
export const concerns = <Reader extends LedgerReader>(
  reader: Reader,
  event: LedgerEvent,
): event is EventFor<Reader> => !ignored[reader].has(event.type);

const envelope = z.object({
  id: z.uuid(),
  type: z.string(),
  version: z.int().positive(),
  revision,
  time: instant,
  cause: z.string().min(1).max(120).describe('ce_id of the message that caused the decision.'),
  data: z.unknown(),
});

export const isLedgerEventType = (type: string): type is LedgerEventType =>
  Object.hasOwn(ledgerContracts, type);

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the stored bytes of a ledger event as the newest shape of its type.
 * @throws UnreadableContract for an unknown type or version, or invalid bytes.
 */
export function readLedgerEvent(bytes: Uint8Array): LedgerEvent {
  const { type, version, data, ...rest } = readEnvelope(parseJson(bytes));
  if (!isLedgerEventType(type)) throw unreadableContract('LedgerEvent', 1, 'no such event type');
  const newest = ledgerContracts[type];
  return { ...rest, type, version, data: read(newest, version, data) } as LedgerEvent;
}

function readEnvelope(value: unknown): z.infer<typeof envelope> {
  if (fitsAsItIs(envelope, value)) return value as z.infer<typeof envelope>; // the check is the schema's
  const parsed = envelope.safeParse(value);
  if (!parsed.success) throw unreadableContract('LedgerEvent', 1, 'not an event envelope');
  return parsed.data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw unreadableContract('LedgerEvent', 1, 'the bytes are not JSON in UTF-8');
  }
}
