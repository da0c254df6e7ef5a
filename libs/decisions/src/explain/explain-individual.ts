import {
  commandOfCause,
  isLinked,
  type DataOf,
  type IndividualId,
  type LedgerEvent,
  type Placement,
  type RecordId,
  type ReviewAnswer,
  type RowKey,
  type SubmissionId,
  type SubmissionReceived,
} from '@kinledger/contracts';
import { ledgerEventOf, type ComparedPair, type Considered, type MatchWeights } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';
import { idsOfIndividual, movesRecordsOf } from '../history/ids-of-individual.js';
import type { ProgrammeLedger } from '../programme-ledger.js';
import {
  NOT_SHOWN,
  shownDoubt,
  shownGroundBetween,
  shownGroundOf,
  type ShownGround,
} from './shown-grounds.js';
import { replayLedger, type MissingBody, type ReplayOptions, type Verdict } from '../replay/index.js';

/**
 * How a score that the ledger states came about. Its weights follow from the levels that the ledger states and the model that it
 * names. Where the two records still say what they said, so does what the strategy asked of them.
 */
export type ToldComparison = Pick<ComparedPair, 'weights'> &
  Partial<Pick<ComparedPair, 'records' | 'bands' | 'conditions' | 'rival'>>;

/** One thing that happened to the individual, at the position of its event. */
export type Happening = { readonly position: number; readonly event: LedgerEvent['type'] } & (
  | {
      readonly what: 'registered' | 'joined';
      readonly record: RecordId;
      readonly individual: IndividualId;
      readonly ordinal: number;
      readonly strategy: string;
      readonly rule: string;
      readonly through: RecordId | undefined;
      readonly score: number | undefined;
      readonly levels: Readonly<Record<string, string>> | undefined;
      readonly comparison?: ToldComparison;
      /** The file that carries the record. */
      readonly submission: SubmissionId;
    }
  | {
      readonly what: 'left';
      readonly record: RecordId;
      readonly reason: string;
      readonly into: IndividualId | undefined;
    }
  | {
      readonly what: 'came-by-split';
      readonly record: RecordId;
      readonly out: IndividualId;
      readonly strategy: string;
    }
  | {
      readonly what: 'merged';
      readonly individual: IndividualId;
      readonly absorbed: IndividualId;
      readonly rule: string;
      readonly strategy: string;
      readonly through: RecordId | undefined;
      readonly score?: number;
      readonly levels?: Readonly<Record<string, string>>;
      readonly comparison?: ToldComparison;
    }
  | {
      readonly what: 'referred';
      readonly referral: string;
      readonly reason: string;
      readonly rule: string;
      readonly score?: number;
      readonly levels?: Readonly<Record<string, string>>;
      readonly comparison?: ToldComparison;
      readonly subject: RecordId;
      readonly candidates: readonly RecordId[];
    }
  | { readonly what: 'referral-lapsed'; readonly referral: string }
  | { readonly what: 'carried'; readonly records: readonly RecordId[]; readonly submission: SubmissionId }
  | {
      readonly what: 'reviewed';
      readonly decision: 'LinkForbidden' | 'LinkReviewed' | 'LinkAllowed' | 'ReviewGiven';
      /** What a reviewer answered, where that settled nothing. */
      readonly answer?: ReviewAnswer;
      readonly rows: readonly RowKey[];
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly what: 'relationship';
      readonly kind: string;
      readonly other: IndividualId;
      readonly domain: string;
    }
  | { readonly what: 'family'; readonly scope: string; readonly family: string; readonly joins: boolean }
  | {
      readonly what: 'carer-tokens-erased';
      readonly record: RecordId;
      /** How many tokens named the erased carer. */
      readonly tokens: number;
      readonly basis: string;
      readonly by: string | undefined;
    }
  | {
      readonly what: 'erased';
      readonly record: RecordId;
      readonly basis: string;
      readonly by: string | undefined;
    }
);

type HappeningOf<What extends Happening['what']> = Extract<Happening, { readonly what: What }>;

/** Who or what had a decision made. */
export interface CauseOfStep {
  /** ce_id of the message, `command:` and its id, `definition:` or `erasure:` and a digest. */
  readonly cause: string;
  readonly time: string;
  /** What it was: a file that came, a command, another definition, a line of the list of erasures. */
  readonly kind: 'file' | 'command' | 'definition' | 'erasure';
  readonly command: string | undefined;
  /** Account that asked, or attested the file; its provider, where it did so for another. */
  readonly by: string | undefined;
  /** Provider for which the account asked for a command. */
  readonly organisation: string | undefined;
  readonly reason: string | undefined;
  /** The file that it is about. */
  readonly submission: SubmissionId | undefined;
}

/** One decision that concerns the individual. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly type: LedgerEvent['type'];
  readonly caused: CauseOfStep;
  readonly happened: readonly Happening[];
  /** What the strategy had before it, once all of this decision stood, for each record that it placed here. */
  readonly considered: readonly Considered[];
  /** Whether the decision comes out the same when it is made again. */
  readonly replay: Verdict;
}

/** A file that a step names. */
export interface ExplainedSubmission {
  readonly submission: SubmissionId;
  readonly dataset: string;
  readonly period: string;
  readonly provider: string;
  readonly agreement: string;
  /** Account that attested it, and the provider for which it did so, where that was another. */
  readonly attestedBy: string;
  readonly onBehalfOf: string | undefined;
}

export interface Explanation {
  readonly stream: string;
  /** The position up to which the ledger was read. */
  readonly asAt: number;
  /** The individual, as it is called at that position. */
  readonly individual: IndividualId;
  /** The record that was asked about, if one was. */
  readonly record: RecordId | undefined;
  /** Ids that forward to it. */
  readonly absorbed: readonly IndividualId[];
  /** Records that belong to it at that position. */
  readonly records: readonly RecordId[];
  readonly steps: readonly Step[];
  readonly submissions: readonly ExplainedSubmission[];
  /** Records of the individual, shown ones, without a body that no erasure names. */
  readonly faults: readonly MissingBody[];
}

export interface ExplainOptions extends Pick<
  ReplayOptions,
  'store' | 'stream' | 'engine' | 'signal' | 'onProgress'
> {
  /** A record or an individual. */
  readonly id: string;
  /** The last position that counts. */
  readonly asAt?: number;
  /** Datasets of which an explanation tells nothing, not even that they know somebody: their records and decisions are left out. */
  readonly isSensitive: (dataset: string) => boolean;
}

/** Nothing in the ledger has this id. */
export interface NotInLedger extends Error {
  readonly code: 'not-in-ledger';
}
export const notInLedger = (message: string): NotInLedger =>
  Object.assign(new Error(message), { code: 'not-in-ledger' as const });
export const isNotInLedger = (error: unknown): error is NotInLedger =>
  error instanceof Error && 'code' in error && error.code === 'not-in-ledger';

/**
 * How an individual came to be, decision by decision. Each decision that concerns it is made again, so that what was
 * considered is what the strategy had before it.
 * @throws NotInLedger; what `replayLedger` throws.
 */
export async function explainIndividual(options: ExplainOptions): Promise<Explanation> {
  const { store, stream, id, signal, engine, isSensitive, onProgress } = options;
  const head = await store.head(stream);
  const asAt = Math.min(head, options.asAt ?? head);
  const { individual, record } = await individualOf(options, asAt);
  const ids = await idsOfIndividual(store, stream, individual, asAt, signal);
  const story = new Story(ids, isSensitive);
  const { faults } = await replayLedger({
    ...{ store, stream, engine, signal, to: asAt },
    ...(onProgress === undefined ? {} : { onProgress }),
    concerns: (events) => story.read(events),
    onDecision: ({ verdict }, ledger) => story.close(verdict, ledger),
  });
  // An individual that only withheld records know is nobody.
  if (story.steps.length === 0) throw unknownId(id, asAt);
  return {
    ...{ stream, asAt, individual, record },
    absorbed: [...ids].filter((one) => one !== individual && story.knows(one)),
    records: story.records,
    steps: story.steps,
    submissions: story.submissions,
    faults: faults.filter((fault) => story.tellsOf(fault.record)),
  };
}

const unknownId = (id: string, asAt: number): NotInLedger =>
  notInLedger(`the ledger has no record and no individual ${id} up to position ${asAt}`);

/**
 * The individual that an id names, or to which the record of that id belonged last; merged ones forward. A record of a sensitive dataset
 * is unknown.
 */
async function individualOf(
  { store, stream, id, signal, isSensitive }: ExplainOptions,
  asAt: number,
): Promise<{ readonly individual: IndividualId; readonly record: RecordId | undefined }> {
  let individual: IndividualId | undefined;
  let record: RecordId | undefined;
  const forward = new Map<IndividualId, IndividualId>();
  const withheld = new Set<SubmissionId>();
  for await (const page of pagesOf(store, stream, asAt, signal))
    for (const stored of page) {
      // Other events are not even read.
      const isAlwaysRead = stored.type === 'IndividualsMerged' || stored.type === 'SubmissionReceived';
      if (!isAlwaysRead && !Buffer.from(stored.bytes).includes(id)) continue;
      const event = ledgerEventOf(stored, stream);
      if (event.type === 'SubmissionReceived' && isSensitive(event.data.dataset))
        withheld.add(event.data.submission);
      if (event.type === 'IndividualsMerged') forward.set(event.data.absorbed, event.data.individual);
      if (event.type === 'RecordsPlaced' && !withheld.has(event.data.submission))
        for (const placement of event.data.placements) {
          if (!isLinked(placement)) {
            if (placement.record === id) record = placement.record;
          } else if (placement.record === id) [individual, record] = [placement.individual, placement.record];
          else if (placement.individual === id) individual ??= placement.individual;
        }
      if (event.type === 'IndividualSplit') {
        const { into, records } = event.data;
        if (into === id) individual ??= into;
        if (record !== undefined && records.includes(record)) individual = into;
      }
    }
  if (individual === undefined) {
    throw record === undefined
      ? unknownId(id, asAt)
      : notInLedger(`record ${id} belongs to no individual up to position ${asAt}: it was set aside`);
  }
  for (let next = forward.get(individual); next !== undefined; next = forward.get(individual))
    individual = next;
  return { individual, record };
}

const PAGE = 1_000;
export const pagesOf = (store: EventStore, stream: string, to: number, signal: AbortSignal) =>
  readAhead({
    ...{ from: 0, to, signal },
    read: (from) => store.readPage(stream, from, Math.min(PAGE, to - from + 1)),
    lengthOf: (page) => page.length,
  });

type Received = DataOf<typeof SubmissionReceived>;

/** Of a referral with more candidates, these are looked at for the pair that it is about. */
const MAX_CANDIDATES = 5;

/** What happened, with the weights of its score, once its decision stands. */
function withComparison(
  one: Happening,
  ledger: ProgrammeLedger,
  isSensitive: (dataset: string) => boolean,
): Happening {
  if (!('score' in one) || one.score === undefined || one.levels === undefined) return one;
  const comparison = comparisonOf(one.score, one.levels, pairsOf(one), ledger, isSensitive);
  return comparison === undefined ? one : { ...one, comparison };
}

/** The pairs of records that a score may be about. */
function pairsOf(one: Happening): readonly (readonly [RecordId, RecordId])[] {
  if (one.what === 'referred')
    return one.candidates.slice(0, MAX_CANDIDATES).map((candidate) => [one.subject, candidate]);
  const isPlaced = one.what === 'joined' || one.what === 'registered';
  return isPlaced && one.through !== undefined ? [[one.record, one.through]] : [];
}

/**
 * How a score that the ledger states came about, under the model that it names.
 * @param pairs the records that it may be about: told in full of the pair that still has this very score.
 */
export function comparisonOf(
  score: number,
  levels: Readonly<Record<string, string>>,
  pairs: readonly (readonly [RecordId, RecordId])[],
  { engine, strategy }: Pick<ProgrammeLedger, 'engine' | 'strategy'>,
  isSensitive: (dataset: string) => boolean,
): ToldComparison | undefined {
  const weights = engine.weighLevels(levels, score);
  if (weights === undefined || weights.model !== strategy?.parameters['model']) return undefined;
  for (const [first, second] of pairs) {
    const compared = engine.relate(first, second, (dataset) => !isSensitive(dataset))?.compared;
    if (compared === undefined || !isSameComparison(compared.weights, weights)) continue;
    return { ...compared };
  }
  return { weights };
}

const isSameComparison = (one: MatchWeights, other: MatchWeights): boolean =>
  one.score === other.score && one.fields.every(({ level }, at) => level === other.fields[at]?.level);

/** A record of the individual. */
interface Own {
  readonly rowKey: RowKey | undefined;
  /** The individual that it was placed with, before others absorbed that one. */
  readonly individual: IndividualId;
}

/** Reads decisions one after the other, and keeps what concerns the individual. */
class Story {
  readonly steps: Step[] = [];
  readonly #ids: ReadonlySet<IndividualId>;
  readonly #isSensitive: (dataset: string) => boolean;
  /** Records of sensitive datasets, whoever they belong to, and their rows. */
  readonly #withheld = new Set<RecordId>();
  readonly #withheldRows = new Set<RowKey>();
  /** Individuals of which no record is shown. */
  readonly #unknown = new Set<IndividualId>();
  /** Those of its ids of which a record was shown. */
  readonly #known = new Set<IndividualId>();
  /** Whether a withheld record ever belonged to it. If none did, every ground that the ledger states is between records that are shown. */
  #isMixed = false;
  /** Records that belong to it. */
  readonly #records = new Map<RecordId, Own>();
  /** Of records that were retired, so that a review or an erasure of theirs is told. */
  readonly #gone = new Map<RecordId, RowKey | undefined>();
  readonly #referrals = new Set<string>();
  readonly #received = new Map<SubmissionId, Received>();
  readonly #mentioned = new Set<SubmissionId>();
  /** The records that came by each merge of the decision that is open. */
  readonly #came = new Map<Happening, readonly RecordId[]>();
  /** Doubts of the open decision that name withheld records too. */
  readonly #partly = new Set<string>();
  #open: (Omit<Step, 'considered' | 'replay'> & { readonly moved: ReadonlySet<RecordId> }) | undefined;

  constructor(ids: ReadonlySet<IndividualId>, isSensitive: (dataset: string) => boolean) {
    this.#ids = ids;
    this.#isSensitive = isSensitive;
  }

  get records(): readonly RecordId[] {
    return [...this.#records.keys()];
  }

  /** Whether a record belongs to it, or did, and is shown. */
  tellsOf(record: RecordId): boolean {
    return this.#records.has(record) || this.#gone.has(record);
  }

  /** Whether a record of this one of its ids was ever shown. */
  knows(id: IndividualId): boolean {
    return this.#known.has(id);
  }

  /** Reads the next decision. @returns whether it concerns the individual. */
  read(events: readonly LedgerEvent[]): boolean {
    this.#came.clear();
    this.#partly.clear();
    const [first] = events;
    const closing = events.at(-1);
    if (first === undefined || closing === undefined) return false;
    const happened: Happening[] = [];
    const moved = new Set<RecordId>();
    for (const event of events) {
      const before = happened.length;
      happened.push(...this.#happenings(event));
      for (const one of happened.slice(before))
        if (one.what === 'registered' || one.what === 'joined' || one.what === 'came-by-split')
          moved.add(one.record);
      if (movesRecordsOf(this.#ids, event) && event.type === 'IndividualsMerged')
        for (const record of this.#records.keys())
          if (record === event.data.decision.through) moved.add(record);
    }
    if (happened.length === 0) return false;
    const caused = this.#causeOf(events);
    if (this.#isSensitiveFile(caused.submission) || this.#isAboutWithheld(closing)) return false;
    if (caused.submission !== undefined) this.#mentioned.add(caused.submission);
    const { type } = closing;
    this.#open = { ...{ from: first.revision, to: closing.revision, type, caused, happened, moved } };
    return true;
  }

  /** The decision that was read last is applied to the ledger. */
  close(replay: Verdict, ledger: ProgrammeLedger): void {
    if (this.#open === undefined) return;
    const { moved, ...step } = this.#open;
    const considered = [...moved].flatMap((record) => {
      return ledger.engine.consider(record, this.#isShown) ?? [];
    });
    // Of a record that came by a split, the ledger tells no key here.
    for (const { record, rowKey } of considered) {
      const own = this.#records.get(record);
      if (own !== undefined) this.#records.set(record, { ...own, rowKey });
    }
    const happened = step.happened.flatMap((one) => this.#asShown(one, ledger));
    if (happened.length > 0) this.steps.push({ ...step, happened, considered, replay });
    this.#open = undefined;
  }

  readonly #isShown = (dataset: string): boolean => !this.#isSensitive(dataset);

  /** What happened, told by the records that are shown alone; nothing where none of them had a part in it. */
  #asShown(one: Happening, ledger: ProgrammeLedger): Happening[] {
    if (one.what === 'joined' && this.#isMixed) return [this.#joinedAsShown(one, ledger)];
    if (one.what === 'merged' && this.#isMixed) return this.#mergedAsShown(one, ledger);
    if (one.what === 'referred' && this.#concernsWithheld(one, ledger)) {
      const ground = shownDoubt(one, one.subject, one.candidates, ledger.engine, this.#isShown);
      const { score: _, levels: __, ...referred } = one;
      const { rule, reason } = ground;
      return [{ ...referred, rule, reason, ...scoreTold(ground, ledger) }];
    }
    return [withComparison(one, ledger, this.#isSensitive)];
  }

  #joinedAsShown(one: HappeningOf<'registered' | 'joined'>, ledger: ProgrammeLedger): Happening {
    const isStated = one.through === undefined ? one.score === undefined : !this.#withheld.has(one.through);
    if (isStated) return withComparison(one, ledger, this.#isSensitive);
    const others = this.#recordsWith(one.record, ledger);
    const ground = shownGroundOf(one.record, others, ledger.engine, this.#isShown);
    const { rule, through } = ground;
    return { ...one, rule, through, score: undefined, levels: undefined, ...scoreTold(ground, ledger) };
  }

  #mergedAsShown(one: HappeningOf<'merged'>, ledger: ProgrammeLedger): Happening[] {
    const came = this.#came.get(one) ?? [];
    const [first] = came;
    if (first === undefined) return [];
    const others = this.#recordsWith(first, ledger).filter((record) => !came.includes(record));
    if (others.length === 0) return [];
    const ground = shownGroundBetween(came, others, ledger.engine, this.#isShown);
    const { rule, through } = ground;
    const { score: _, levels: __, ...merged } = one;
    return [{ ...merged, rule, through, ...scoreTold(ground, ledger) }];
  }

  /** The other records of a record’s individual that are shown. */
  #recordsWith(record: RecordId, { engine }: ProgrammeLedger): RecordId[] {
    const individual = engine.individualOf(record);
    return this.records.filter((other) => other !== record && engine.individualOf(other) === individual);
  }

  /** Whether a doubt names a withheld record, or an individual that has one. */
  #concernsWithheld(
    { referral, subject, candidates }: HappeningOf<'referred'>,
    { engine }: ProgrammeLedger,
  ): boolean {
    if (this.#partly.has(referral)) return true;
    if (this.#withheld.size === 0) return false;
    const named = new Set([subject, ...candidates].map((record) => engine.individualOf(record)));
    named.delete(undefined);
    return [...this.#withheld].some((record) => named.has(engine.individualOf(record)));
  }

  /** Whether a decision is a review of a withheld row, or an erasure of withheld records alone. */
  #isAboutWithheld(closing: LedgerEvent): boolean {
    if (isReview(closing)) return closing.data.rows.some((row) => this.#withheldRows.has(row));
    if (closing.type === 'RecordErased')
      return closing.data.records.length > 0 && closing.data.records.every((one) => this.#withheld.has(one));
    if (closing.type === 'CarerTokensErased')
      return (
        closing.data.records.length > 0 &&
        closing.data.records.every(({ record }) => this.#withheld.has(record))
      );
    return false;
  }

  get submissions(): readonly ExplainedSubmission[] {
    return [...this.#mentioned].flatMap((submission) => {
      const file = this.#received.get(submission);
      if (file === undefined) return [];
      const { dataset, period, provider, agreement, attestation } = file;
      const { by: attestedBy, onBehalfOf } = attestation;
      return [{ submission, dataset, period, provider, agreement, attestedBy, onBehalfOf }];
    });
  }

  #isSensitiveFile(submission: SubmissionId | undefined): boolean {
    const file = submission === undefined ? undefined : this.#received.get(submission);
    return file !== undefined && this.#isSensitive(file.dataset);
  }

  #causeOf(events: readonly LedgerEvent[]): CauseOfStep {
    const [first] = events;
    const closing = events.at(-1);
    const { cause = '', time = '' } = first ?? {};
    const file = events.find((event) => event.type === 'SubmissionReceived');
    const asked = events.find(
      (event) =>
        event.type === 'SubmissionWithdrawn' ||
        event.type === 'SubmissionUnparked' ||
        event.type === 'RecordErased' ||
        event.type === 'CarerTokensErased',
    );
    const command = commandOfCause(cause);
    const kind =
      command !== undefined
        ? 'command'
        : cause.startsWith('definition:')
          ? 'definition'
          : cause.startsWith('erasure:')
            ? 'erasure'
            : 'file';
    const review = closing !== undefined && isReview(closing) ? closing.data : undefined;
    const by = asked?.data.by ?? review?.by ?? file?.data.attestation.by;
    const organisation = asked?.data.organisation ?? review?.organisation;
    const reason =
      asked === undefined ? review?.reason : 'basis' in asked.data ? asked.data.basis : asked.data.reason;
    const submission =
      file?.data.submission ??
      (asked !== undefined && 'submission' in asked.data ? asked.data.submission : undefined);
    return { cause, time, kind, command, by, organisation, reason, submission };
  }

  #happenings(event: LedgerEvent): Happening[] {
    const { revision: position, type } = event;
    const at = { position, event: type } as const;
    switch (event.type) {
      case 'SubmissionReceived':
        this.#received.set(event.data.submission, event.data);
        return [];
      case 'RecordsPlaced': {
        const { submission, strategy, placements } = event.data;
        if (this.#isSensitiveFile(submission)) {
          for (const placement of placements) this.#withhold(placement);
          return [];
        }
        return placements.flatMap((placement, ordinal): Happening[] => {
          if (isLinked(placement)) this.#unknown.delete(placement.individual);
          if (!this.#isOurs(placement)) return this.#leaves(placement, at);
          const { record, individual, rule, through, score, levels } = placement;
          // Whom only withheld records knew is told as somebody who was not there before.
          const isFirst = placement.registered || (this.#isMixed && !this.#hasRecords(individual));
          this.#take(placement.record, placement.rowKey, individual);
          this.#mentioned.add(submission);
          const of = { record, individual, ordinal, strategy, submission };
          return [
            isFirst && !placement.registered
              ? {
                  ...{ ...at, ...of, what: 'registered', rule: FIRST_OF_ITS_KIND },
                  ...{ through: undefined, score: undefined, levels: undefined },
                }
              : { ...at, ...of, what: isFirst ? 'registered' : 'joined', rule, through, score, levels },
          ];
        });
      }
      case 'IndividualSplit': {
        const { individual, into, strategy } = event.data;
        const records = event.data.records.filter((record) => !this.#withheld.has(record));
        if (records.length === 0) this.#unknown.add(into);
        else this.#unknown.delete(into);
        if (this.#ids.has(into)) {
          if (records.length < event.data.records.length) this.#isMixed = true;
          for (const record of records) this.#take(record, undefined, into);
          return records.map((record) => ({
            ...at,
            what: 'came-by-split',
            record,
            out: individual,
            strategy,
          }));
        }
        if (!this.#ids.has(individual)) return [];
        for (const record of records) this.#leave(record);
        return records.map((record) => ({ ...at, what: 'left', record, reason: 'split', into }));
      }
      case 'IndividualsMerged': {
        const { individual, absorbed, decision } = event.data;
        if (!this.#unknown.has(absorbed)) this.#unknown.delete(individual);
        if (!this.#ids.has(individual)) return [];
        const came = [...this.#records].filter(([, own]) => own.individual === absorbed);
        for (const [record, own] of came) this.#records.set(record, { ...own, individual });
        if (came.length > 0) this.#known.add(individual);
        const { rule, strategy, through, score, levels } = decision;
        const scored = scoredOf(score, levels);
        const merged: Happening = {
          ...{ ...at, what: 'merged', individual, absorbed, rule, strategy, through, ...scored },
        };
        this.#came.set(
          merged,
          came.map(([record]) => record),
        );
        return [merged];
      }
      case 'RecordsRetired':
        return event.data.records.flatMap((record): Happening[] => {
          if (!this.#records.has(record)) return [];
          this.#leave(record);
          return [{ ...at, what: 'left', record, reason: event.data.reason, into: undefined }];
        });
      case 'RecordsCarried': {
        const records = event.data.records.filter((record) => this.#records.has(record));
        if (records.length === 0) return [];
        this.#mentioned.add(event.data.submission);
        return [{ ...at, what: 'carried', records, submission: event.data.submission }];
      }
      case 'LinkReferred': {
        const { referral, reason, rule, subject, score, levels } = event.data;
        const candidates = event.data.candidates.filter((record) => !this.#withheld.has(record));
        if (this.#withheld.has(subject) || candidates.length === 0) return [];
        if (![subject, ...candidates].some((record) => this.#records.has(record))) return [];
        this.#referrals.add(referral);
        if (candidates.length < event.data.candidates.length) this.#partly.add(referral);
        const scored = scoredOf(score, levels);
        return [{ ...at, what: 'referred', referral, reason, rule, subject, candidates, ...scored }];
      }
      case 'LinkReferralLapsed': {
        const { referral } = event.data;
        return this.#referrals.delete(referral) ? [{ ...at, what: 'referral-lapsed', referral }] : [];
      }
      case 'RecordErased':
        return event.data.records.flatMap((record): Happening[] => {
          if (!this.#records.has(record) && !this.#gone.has(record)) return [];
          this.#leave(record);
          return [{ ...at, what: 'erased', record, basis: event.data.basis, by: event.data.by }];
        });
      case 'CarerTokensErased':
        return event.data.records.flatMap(({ record, erased }): Happening[] => {
          if (!this.#records.has(record) && !this.#gone.has(record)) return [];
          const { basis, by } = event.data;
          return [{ ...at, what: 'carer-tokens-erased', record, tokens: erased.length, basis, by }];
        });
      case 'LinkForbidden':
      case 'LinkReviewed':
      case 'LinkAllowed':
      case 'ReviewGiven': {
        const { rows, reason, by } = event.data;
        const known = new Set([
          ...[...this.#records.values()].map(({ rowKey }) => rowKey),
          ...this.#gone.values(),
        ]);
        if (!rows.some((row) => known.has(row)) || rows.some((row) => this.#withheldRows.has(row))) return [];
        const said = event.type === 'ReviewGiven' ? { answer: event.data.answer } : {};
        return [{ ...at, what: 'reviewed', decision: event.type, ...said, rows, reason, by }];
      }
      case 'RelationshipsIdentified':
        return event.data.relationships.flatMap(({ kind, child, other, domain }): Happening[] => {
          if (this.#unknown.has(child) || this.#unknown.has(other)) return [];
          if (this.#ids.has(child)) return [{ ...at, what: 'relationship', kind, other, domain }];
          return this.#ids.has(other) ? [{ ...at, what: 'relationship', kind, other: child, domain }] : [];
        });
      case 'FamiliesLinked':
        return event.data.families.flatMap(({ family, joined, left }): Happening[] => {
          const { scope } = event.data;
          if (joined.some((one) => this.#ids.has(one)))
            return [{ ...at, what: 'family', scope, family, joins: true }];
          if (left.some((one) => this.#ids.has(one)))
            return [{ ...at, what: 'family', scope, family, joins: false }];
          return [];
        });
      // Whom they concern is told by others, or they concern nobody.
      case 'ProgrammeDefined':
      case 'StrategyAdopted':
      case 'SubmissionLinked':
      case 'SubmissionWithdrawn':
      case 'SubmissionParked':
      case 'SubmissionUnparked':
      case 'CarrierChanged':
      case 'ConsentRefused':
      case 'RelationshipsEnded':
      case 'FamiliesDissolved':
      case 'QuarterClosed':
      case 'FiguresPublished':
      case 'ReleasePublished':
      case 'ReleaseWithdrawn':
      case 'KeyRotationBegun':
      case 'RecordsRekeyed':
      case 'KeyRotated':
      case 'SigningKeyChanged':
        return [];
      default:
        return event satisfies never;
    }
  }

  #isOurs<One extends Placement>(
    placement: One,
  ): placement is One & Extract<Placement, { readonly individual: unknown }> {
    return isLinked(placement) && this.#ids.has(placement.individual);
  }

  /** A record of the individual that is placed with another one, or set aside. */
  #leaves(
    placement: Placement,
    at: { readonly position: number; readonly event: LedgerEvent['type'] },
  ): Happening[] {
    const { record } = placement;
    if (!this.#records.has(record)) return [];
    this.#leave(record);
    const rule =
      isLinked(placement) && placement.through !== undefined && this.#withheld.has(placement.through)
        ? NOT_SHOWN
        : undefined;
    const reason = isLinked(placement) ? (rule ?? placement.rule) : placement.setAside;
    return [
      { ...at, what: 'left', record, reason, into: isLinked(placement) ? placement.individual : undefined },
    ];
  }

  #hasRecords(individual: IndividualId): boolean {
    return [...this.#records.values()].some((own) => own.individual === individual);
  }

  /** A record of a sensitive dataset: nothing is told of it. */
  #withhold(placement: Placement): void {
    this.#withheld.add(placement.record);
    this.#withheldRows.add(placement.rowKey);
    if (!isLinked(placement)) return;
    if (placement.registered) this.#unknown.add(placement.individual);
    if (this.#ids.has(placement.individual)) this.#isMixed = true;
  }

  #take(record: RecordId, rowKey: RowKey | undefined, individual: IndividualId): void {
    const known = rowKey ?? this.#records.get(record)?.rowKey ?? this.#gone.get(record);
    this.#gone.delete(record);
    this.#known.add(individual);
    this.#records.set(record, { rowKey: known, individual });
  }

  #leave(record: RecordId): void {
    const rowKey = this.#records.get(record)?.rowKey ?? this.#gone.get(record);
    this.#records.delete(record);
    this.#gone.set(record, rowKey);
  }
}

/** How the ledger names the rule of a record that founds its individual. */
const FIRST_OF_ITS_KIND = 'first-of-its-kind';

/** The score of a ground between records that are shown, with its weights, if they are those of the model that the ledger names. */
function scoreTold(
  { compared }: ShownGround,
  { strategy }: ProgrammeLedger,
): { score?: number; levels?: Readonly<Record<string, string>>; comparison?: ToldComparison } {
  if (compared === undefined || compared.weights.model !== strategy?.parameters['model']) return {};
  return { score: compared.weights.score, levels: levelsIn(compared.weights), comparison: compared };
}

/** The levels as the ledger states them: of the fields that are compared. */
const levelsIn = ({ fields }: MatchWeights): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fields.filter(({ missing }) => missing === undefined).map(({ field, level }) => [field, level]),
  );

const scoredOf = (
  score: number | undefined,
  levels: Readonly<Record<string, string>> | undefined,
): { score?: number; levels?: Readonly<Record<string, string>> } => ({
  ...(score === undefined ? {} : { score }),
  ...(levels === undefined ? {} : { levels }),
});

type Review = Extract<
  LedgerEvent,
  { readonly type: 'LinkForbidden' | 'LinkReviewed' | 'LinkAllowed' | 'ReviewGiven' }
>;
const isReview = (event: LedgerEvent): event is Review =>
  event.type === 'LinkForbidden' ||
  event.type === 'LinkReviewed' ||
  event.type === 'LinkAllowed' ||
  event.type === 'ReviewGiven';
