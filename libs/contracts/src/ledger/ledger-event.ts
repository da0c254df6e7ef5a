import { z } from 'zod';
import { read, unreadableContract, type DataOf } from '../contract.js';
import { fitsAsItIs } from '../fast-check.js';
import { instant, revision } from '../identifiers.js';
import * as erasures from './erasures.js';
import * as families from './families.js';
import * as individuals from './individuals.js';
import * as programme from './programme.js';
import * as submissions from './submissions.js';

/** Every event that a ledger may hold, by name. */
export const ledgerContracts = {
  ProgrammeDefined: programme.ProgrammeDefined,
  StrategyAdopted: programme.StrategyAdopted,
  SubmissionReceived: submissions.SubmissionReceived,
  SubmissionLinked: submissions.SubmissionLinked,
  SubmissionWithdrawn: submissions.SubmissionWithdrawn,
  SubmissionParked: submissions.SubmissionParked,
  RecordsRetired: submissions.RecordsRetired,
  RecordsCarried: submissions.RecordsCarried,
  CarrierChanged: submissions.CarrierChanged,
  ConsentRefused: submissions.ConsentRefused,
  RecordErased: erasures.RecordErased,
  IndividualRegistered: individuals.IndividualRegistered,
  IndividualMatched: individuals.IndividualMatched,
  RecordSetAside: individuals.RecordSetAside,
  IndividualsMerged: individuals.IndividualsMerged,
  IndividualSplit: individuals.IndividualSplit,
  LinkReferred: individuals.LinkReferred,
  LinkReferralLapsed: individuals.LinkReferralLapsed,
  RelationshipIdentified: families.RelationshipIdentified,
  RelationshipEnded: families.RelationshipEnded,
  FamilyLinked: families.FamilyLinked,
  FamilyDissolved: families.FamilyDissolved,
} as const;

export type LedgerEventType = keyof typeof ledgerContracts;

/** A decision before it has a place in the ledger. */
export type LedgerDecision = {
  [Type in LedgerEventType]: { readonly type: Type; readonly data: DataOf<(typeof ledgerContracts)[Type]> };
}[LedgerEventType];

/** An event of the ledger, as readers see it: the newest shape of its type. */
export type LedgerEvent = LedgerDecision & {
  readonly id: string;
  readonly version: number;
  readonly revision: number;
  readonly time: string;
  readonly cause: string;
};

/** Events that close a decision: readers apply what came since the last one as a whole. */
export const closingEvents: ReadonlySet<string> = new Set<LedgerEventType>([
  'ProgrammeDefined',
  'StrategyAdopted',
  'SubmissionLinked',
  'SubmissionWithdrawn',
  'SubmissionParked',
  'RecordErased',
]);

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
 * @throws UnreadableContract for an unknown type or version, or bytes that do not fit.
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
