import {
  erasesBodies,
  isLinked,
  restatesTokens,
  type DatasetId,
  type IndividualId,
  type LedgerEvent,
  type RecordId,
  type Role,
  type SetAsidePlacement,
} from '@kinledger/contracts';
import {
  ledgerEventOf,
  LinkageEngine,
  type MatchWeights,
  type PairRelation,
  type ReferralReason,
} from '@kinledger/domain';
import { lastClosedAt, type EventStore } from '@kinledger/event-store';
import type { ProgrammeDefinition } from '@kinledger/programme';
import { adoptedStrategyOf, engineOptionsBeside, requireNameTableUnder } from '../adoption.js';
import { ledgerUnreadable } from '../errors.js';
import { definitionBeside } from '../history/definition-beside.js';
import { definitionsIn } from '../history/definitions-in.js';
import { ProgrammeLedger } from '../programme-ledger.js';
import { applyUpTo } from '../recovery.js';
import { notInLedger, pagesOf } from './explain-individual.js';
import { NOT_SHOWN, shownDoubt } from './shown-grounds.js';

/** A record that was asked about together with another. */
export interface PairedRecord {
  readonly record: RecordId;
  readonly dataset: DatasetId;
  readonly role: Role;
  /** Absent for a record that is set aside, or that does not count. */
  readonly individual: IndividualId | undefined;
  /** Why it does not count: it stands for no person, or is not in force any more. Absent for a record that counts. */
  readonly notCounted: string | undefined;
}

/**
 * A doubt about the two individuals that waits for a person. The score that the ledger states of it may be that of a record that is not shown,
 * and is left out.
 */
export interface WaitingDoubt {
  readonly referral: string;
  /** `not-shown`, like the rule, where the records that are shown do not give it. */
  readonly reason: ReferralReason | typeof NOT_SHOWN;
  readonly rule: string;
  /** The position at which it was last referred. */
  readonly since: number;
}

/** What a person decided about a row of each, and stands. */
export interface StandingReview {
  readonly position: number;
  readonly decision: 'LinkForbidden' | 'LinkReviewed';
  readonly by: string;
  readonly organisation: string | undefined;
  readonly reason: string;
}

/** Whether two person records are together as the ledger stood at a position, and why. */
export interface PairExplanation {
  readonly kind: 'pair';
  readonly stream: string;
  readonly asAt: number;
  /** The strategy that the ledger had adopted, the hash of its model if it scores, and where it was adopted. */
  readonly strategy: {
    readonly name: string;
    readonly model: string | undefined;
    readonly adoptedAt: number;
  };
  readonly records: readonly [PairedRecord, PairedRecord];
  /** Absent if one of the two does not count. */
  readonly relation: PairRelation | undefined;
  readonly referrals: readonly WaitingDoubt[];
  readonly reviews: readonly StandingReview[];
  /** Whether somebody was erased since: what that person’s records said is missing from this answer. */
  readonly erasedSince: boolean;
}

export interface ExplainPairOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** Two different records. */
  readonly ids: readonly [string, string];
  /** The last position that counts. */
  readonly asAt?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (events: number, total: number) => void;
}

/**
 * Whether two person records are together, and why, by the engine that decides, as the ledger stands at a position. Records of
 * datasets that any definition in the ledger calls sensitive are unknown, and left out as if they were not there.
 * @throws NotInLedger if the ledger has not both records; LedgerUnreadable where a definition is missing; the signal's
 * reason.
 */
export async function explainPairInLedger(options: ExplainPairOptions): Promise<PairExplanation> {
  const { store, stream, ids, signal, onProgress = () => undefined } = options;
  const head = await store.head(stream);
  const asAt = await lastClosedAt(store, stream, Math.min(head, options.asAt ?? head));
  const { isSensitive, sensitive } = await definitionsIn(store, stream, signal);
  const history = new HistoryOfPair(ids, asAt);
  for await (const page of pagesOf(store, stream, head, signal))
    for (const stored of page) if (history.concerns(stored)) history.take(ledgerEventOf(stored, stream));
  const found = ids.map((id) => history.recordOf(id, isSensitive));
  const definition = await history.definitionIn(store);
  const isPerson = (dataset: DatasetId) =>
    definition.datasets.some(({ id, dataType }) => id === dataset && dataType === 'user');
  const records = found.map((record) => ({
    ...record,
    notCounted: record.notCounted ?? (isPerson(record.dataset) ? undefined : 'fact'),
  })) as [PairedRecord, PairedRecord]; // one for each id
  const engineOptions = await engineOptionsBeside(options, definition);
  await requireNameTableUnder(history.keyVersion, options, engineOptions);
  const ledger = new ProgrammeLedger(new LinkageEngine(engineOptions));
  await applyUpTo(ledger, asAt, { store, stream, signal }, () => onProgress(ledger.nextRevision, asAt + 1));
  // A rotation may have begun while the bodies were read.
  await requireNameTableUnder(history.keyVersion, options, engineOptions);
  const [one, other] = records;
  const relation = ledger.engine.relate(one.record, other.record, (dataset) => !isSensitive(dataset));
  const doubts = relation === undefined ? [] : waitingDoubts(ledger, records, sensitive);
  return {
    ...{ kind: 'pair', stream, asAt },
    strategy: history.strategy(ledger),
    records: records.map((record, at) => ({
      ...record,
      individual: record.notCounted === undefined ? relation?.individuals[at] : undefined,
    })) as [PairedRecord, PairedRecord],
    relation: relation === undefined ? undefined : underModel(relation, ledger),
    referrals: doubts.map((doubt) => ({ ...doubt, since: history.referredAt(doubt.referral) })),
    reviews: history.reviewsOf(relation?.decided ?? []),
    erasedSince: history.erasedSince,
  };
}

/**
 * The referrals that wait and name a record of each of the two individuals. Which individuals have withheld records is not known here: where a
 * programme withholds anything, each doubt is told by the records that are shown.
 */
function waitingDoubts(
  { engine, reviews }: ProgrammeLedger,
  records: readonly PairedRecord[],
  sensitive: ReadonlySet<string>,
): Omit<WaitingDoubt, 'since'>[] {
  const placeOf = (record: RecordId): string => engine.individualOf(record) ?? record;
  const [one, other] = records.map(({ record }) => placeOf(record));
  if (one === other) return [];
  const isShownDataset = (dataset: string) => !sensitive.has(dataset);
  const isShown = (record: RecordId) => {
    const row = engine.rowOf(record);
    return row !== undefined && isShownDataset(row.dataset);
  };
  return [...reviews.referrals()].flatMap(([referral, doubt]): Omit<WaitingDoubt, 'since'>[] => {
    const { reason, rule, subject } = doubt;
    const candidates = doubt.candidates.filter(isShown);
    const named = [subject, ...candidates].map(placeOf);
    const isAbout = named.includes(one ?? '') && named.includes(other ?? '');
    if (!isAbout || !isShown(subject) || reason === 'forbidden') return [];
    if (sensitive.size === 0) return [{ referral, reason, rule }];
    const shown = shownDoubt(doubt, subject, candidates, engine, isShownDataset);
    return [{ referral, rule: shown.rule, reason: shown.reason === reason ? reason : NOT_SHOWN }];
  });
}

/** The relation, without weights of another model than the ledger names: they would not be those of its decisions. */
function underModel(relation: PairRelation, { strategy }: ProgrammeLedger): PairRelation {
  const isNamed = ({ model }: MatchWeights) => model === strategy?.parameters['model'];
  const named = <Pair extends { readonly weights: MatchWeights }>(pair: Pair | undefined) =>
    pair !== undefined && isNamed(pair.weights) ? pair : undefined;
  return {
    ...relation,
    compared: named(relation.compared),
    decisive: named(relation.decisive),
    links: relation.links.map((link) => ({ ...link, compared: named(link.compared) })),
  };
}

/** Why a row that belongs to nobody does not count beside others; undefined for one that a person may still be found for. */
const notCountedBy = (setAside: SetAsidePlacement['setAside']): string | undefined =>
  setAside === 'impersonal' || setAside === 'superseded' ? setAside : undefined;

interface Entered {
  readonly role: Role;
  readonly dataset: DatasetId;
  /** Why it does not count as at the position. */
  notCounted: string | undefined;
}

type ReviewEvent = Extract<LedgerEvent, { readonly type: 'LinkForbidden' | 'LinkReviewed' | 'LinkAllowed' }>;

/** What the ledger says of two records, and which definitions it had, up to a position; and what was erased since. */
class HistoryOfPair {
  erasedSince = false;
  /** Version of the token key at the ledger's end: a rotation changes the bodies of all records. */
  keyVersion = 1;
  readonly #ids: readonly string[];
  readonly #asAt: number;
  readonly #entered = new Map<string, Entered>();
  readonly #datasets = new Map<string, DatasetId>();
  readonly #definitions: string[] = [];
  #adopted: { readonly digest: string; readonly at: number } | undefined;
  readonly #referred = new Map<string, number>();
  readonly #reviews: ReviewEvent[] = [];

  constructor(ids: readonly string[], asAt: number) {
    this.#ids = ids;
    this.#asAt = asAt;
  }

  /** Whether an event has to be read. */
  concerns({ type, revision, bytes }: { type: string; revision: number; bytes: Uint8Array }): boolean {
    if (erasesBodies(type) || restatesTokens(type) || type === 'KeyRotated') return true;
    if (revision > this.#asAt) return false;
    switch (type) {
      case 'ProgrammeDefined':
      case 'StrategyAdopted':
      case 'SubmissionReceived':
      case 'LinkReferred':
      case 'LinkForbidden':
      case 'LinkReviewed':
      case 'LinkAllowed':
        return true;
      case 'RecordsPlaced':
      case 'RecordsRetired':
        return this.#ids.some((id) => Buffer.from(bytes).includes(id));
      default:
        return false;
    }
  }

  take(event: LedgerEvent): void {
    switch (event.type) {
      case 'ProgrammeDefined':
        this.#definitions.push(event.data.definition);
        return;
      case 'StrategyAdopted':
        this.#adopted = { digest: event.data.digest, at: event.revision };
        return;
      case 'SubmissionReceived':
        this.#datasets.set(event.data.submission, event.data.dataset);
        return;
      case 'RecordsPlaced':
        for (const placement of event.data.placements) {
          const { record, role } = placement;
          const dataset = this.#datasets.get(event.data.submission);
          if (!this.#ids.includes(record) || dataset === undefined) continue;
          const notCounted = isLinked(placement) ? undefined : notCountedBy(placement.setAside);
          const entered = { role, dataset: this.#entered.get(record)?.dataset ?? dataset };
          this.#entered.set(record, { ...entered, notCounted });
        }
        return;
      case 'RecordsRetired':
        for (const record of event.data.records) {
          const entered = this.#entered.get(record);
          if (entered !== undefined) entered.notCounted = event.data.reason;
        }
        return;
      case 'RecordErased':
        if (event.revision > this.#asAt) this.erasedSince = true;
        for (const record of event.data.records) {
          const entered = this.#entered.get(record);
          if (entered !== undefined) entered.notCounted = 'erased';
        }
        return;
      case 'CarerTokensErased':
        if (event.revision > this.#asAt) this.erasedSince = true;
        return;
      case 'KeyRotated':
        this.keyVersion = event.data.keyVersion;
        return;
      case 'LinkReferred':
        this.#referred.set(event.data.referral, event.revision);
        return;
      case 'LinkForbidden':
      case 'LinkReviewed':
      case 'LinkAllowed':
        this.#reviews.push(event);
        return;
      default:
        return;
    }
  }

  /** @throws NotInLedger, for a record of a sensitive dataset as for one that never was. */
  recordOf(id: string, isSensitive: (dataset: string) => boolean): PairedRecord {
    const entered = this.#entered.get(id);
    if (entered === undefined || isSensitive(entered.dataset))
      throw notInLedger(`the ledger has no record ${id} up to position ${this.#asAt}`);
    const { role, dataset, notCounted } = entered;
    return { record: id as RecordId, dataset, role, individual: undefined, notCounted };
  }

  /** The definition whose strategy the ledger had adopted. */
  async definitionIn(store: EventStore): Promise<ProgrammeDefinition> {
    for (const digest of this.#definitions.toReversed()) {
      const { definition } = await definitionBeside(store, digest);
      if (adoptedStrategyOf(definition).digest === this.#adopted?.digest) return definition;
    }
    throw ledgerUnreadable('no definition in it has the strategy that it adopted');
  }

  strategy({ strategy }: ProgrammeLedger): PairExplanation['strategy'] {
    const model = strategy?.parameters['model'];
    return {
      name: strategy?.strategy ?? '',
      model: typeof model === 'string' ? model : undefined,
      adoptedAt: this.#adopted?.at ?? 0,
    };
  }

  referredAt(referral: string): number {
    return this.#referred.get(referral) ?? 0;
  }

  /** The decisions in force about these pairs of rows: of each pair the last. */
  reviewsOf(decided: PairRelation['decided']): StandingReview[] {
    return decided.flatMap((pair): StandingReview[] => {
      const last = this.#reviews.findLast(({ data: { rows } }) => pair.every((row) => rows.includes(row)));
      if (last === undefined || last.type === 'LinkAllowed') return [];
      const { by, organisation, reason } = last.data;
      return [{ position: last.revision, decision: last.type, by, organisation, reason }];
    });
  }
}
