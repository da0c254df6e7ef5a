import type { Halt, ProgrammeLedger } from '@kinledger/decisions';
import type { LinkageEngineSize } from '@kinledger/domain';
import { isStoreUnreachable } from '@kinledger/event-store';
import { DependencyWatch, FailureLog, FileLag, inTrace, Metrics } from '@kinledger/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Decided, DecisionObserver, FileInHand, LoopState } from '../decision/decision-observer.js';
import type { ErasureStanding } from '../decision/pending-erasures.js';
import { PinoLogger } from 'nestjs-pino';
import type { RekeyingProgress } from '../rekeying/rekeying.js';
import type { SnapshotNews } from '../snapshot/ledger-snapshots.js';
import type { Inbox } from '../inbox/inbox.js';
import { INBOX } from '../inbox/inbox.token.js';

/** Injection token of the id of the programme that this linker decides. */
export const PROGRAMME_ID = Symbol('programme id');

/** The linker's state, in counts only. */
export interface LinkerStatus {
  readonly state: LoopState;
  /** Why it has halted; a person must investigate. */
  readonly halt?: { readonly code: Halt['code']; readonly message: string };
  /** Why the ledger’s store is unreachable; absent while it answers. */
  readonly ledgerAway?: string;
  /** Revision of the last closing event; -1 if there is none, or none is known yet. */
  readonly position: number;
  readonly intake: number;
  readonly openReferrals: number;
  readonly tokensWithoutForce: number;
  /** Version of the token keys under which the ledger takes rows. */
  readonly keyVersion: number;
  /** How far a rotation of keys is; absent unless this process carries one out. */
  readonly rekeying?: RekeyingProgress;
  /** How far the list of erasures is executed; absent before it was read. */
  readonly erasures?: ErasureStanding;
  /** Since this process started. */
  readonly decided: Readonly<Record<Decided['outcome'], number>>;
}

const nothing: LinkageEngineSize = {
  ...{ records: 0, rowKeys: 0, tokens: 0, individuals: 0 },
  bytes: { tokens: 0, records: 0, rowKeys: 0, individuals: 0, kinship: 0, referrals: 0, candidates: 0 },
};

/**
 * Follows the decision loop for metrics, logs and the status page. Never exposes a row, a token, or an id of a person.
 */
@Injectable()
export class LinkerMetrics implements DecisionObserver {
  #current: LoopState = 'standby';
  #haltedBy: Halt | undefined;
  #position = -1;
  #snapshotPosition = -1;
  #intake = 0;
  #size: LinkageEngineSize = nothing;
  #openReferrals = 0;
  #tokensWithoutForce = 0;
  #erasureStanding: ErasureStanding | undefined;
  #keyVersion = 1;
  #rekeying: RekeyingProgress | undefined;
  readonly #outcomes = {
    linked: 0,
    withdrawn: 0,
    parked: 0,
    erased: 0,
    closed: 0,
    published: 0,
    unpublished: 0,
    rekeyed: 0,
    reviewed: 0,
    refused: 0,
  };

  readonly #decidedTotal;
  readonly #rowsTotal;
  readonly #eventsTotal;
  readonly #refusedAppends;
  readonly #failures;
  readonly #seconds;
  readonly #lag;
  readonly #unreadableErasures;
  readonly #snapshots;
  readonly #failureLog;
  readonly conflicting;
  readonly publishedTotal;
  readonly publishedPosition;
  readonly #logger: PinoLogger;
  readonly #store: DependencyWatch;

  constructor(
    @Inject(Metrics) metrics: Metrics,
    @Inject(INBOX) inbox: Inbox,
    @Inject(PROGRAMME_ID) programme: string,
    logger: PinoLogger,
    @Inject(DependencyWatch) store: DependencyWatch,
  ) {
    this.#logger = logger;
    this.#store = store;
    this.#failureLog = new FailureLog({
      logger,
      failed: 'deciding failed; retrying from the ledger',
      over: 'the ledger was read again, and deciding has resumed',
      isToldElsewhere: isStoreUnreachable,
    });
    this.#decidedTotal = metrics.counter({
      name: 'kinledger_linker_decided_total',
      help: 'Files and commands decided, by outcome.',
      labels: ['outcome'],
    });
    this.#rowsTotal = metrics.counter({
      name: 'kinledger_linker_rows_total',
      help: 'Rows of linked submissions.',
    });
    this.#eventsTotal = metrics.counter({
      name: 'kinledger_linker_events_appended_total',
      help: 'Events appended to the ledger.',
    });
    this.#refusedAppends = metrics.counter({
      name: 'kinledger_linker_refused_appends_total',
      help: 'Appends refused because another process had appended; the ledger was read again.',
    });
    this.#failures = metrics.counter({
      name: 'kinledger_linker_failures_total',
      help: 'Failures from which the linker recovered by itself.',
    });
    this.#seconds = metrics.histogram({
      name: 'kinledger_linker_decision_seconds',
      help: 'Time from beginning a file or command until its last event is durable.',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    });
    this.#lag = new FileLag(metrics, 'linked');
    this.#unreadableErasures = metrics.counter({
      name: 'kinledger_linker_unreadable_erasures_total',
      help: 'Lines of the list of erasures that are unreadable, and not executed.',
    });
    this.#snapshots = metrics.counter({
      name: 'kinledger_linker_snapshots_total',
      help: 'Snapshots of the linkage index by outcome: kept, used at a start, ignored because invalid, failed.',
      labels: ['outcome'],
    });
    this.conflicting = metrics.counter({
      name: 'kinledger_linker_conflicting_messages_total',
      help: 'Messages that claimed a place that a different message holds.',
      labels: ['topic'],
    });
    this.publishedTotal = metrics.counter({
      name: 'kinledger_linker_published_messages_total',
      help: 'Messages published from the ledger.',
    });
    this.publishedPosition = metrics.gauge({
      name: 'kinledger_linker_published_position',
      help: 'Ledger position up to which decisions are published.',
    });
    this.#onDemand(metrics, inbox, programme);
  }

  #onDemand(metrics: Metrics, inbox: Inbox, programme: string): void {
    const gauge = (name: `kinledger_linker_${string}`, help: string, value: () => number | Promise<number>) =>
      metrics.gauge({ name, help, collect: async (its) => its.set(await value()) });
    gauge('kinledger_linker_position', 'Last closed position of the ledger.', () => this.#position);
    gauge('kinledger_linker_intake', 'Last intake number decided.', () => this.#intake);
    gauge('kinledger_linker_lease_held', '1 while this process is the writer, 0 as a standby.', () =>
      this.isWriter ? 1 : 0,
    );
    gauge('kinledger_linker_halted', '1 while the linker is halted until a person has investigated.', () =>
      this.#current === 'halted' ? 1 : 0,
    );
    gauge(
      'kinledger_linker_oldest_file_seconds',
      'Time since the acceptance of the oldest file that is not decided; 0 if none waits. Parked files do not count.',
      async () => {
        const since = await inbox.oldestWaiting(programme);
        return since === undefined ? 0 : Math.max(0, (Date.now() - Date.parse(since)) / 1000);
      },
    );
    gauge('kinledger_linker_open_referrals', 'Links that wait for review.', () => this.#openReferrals);
    gauge(
      'kinledger_linker_tokens_without_force',
      'Tokens that too many people share, as of the last submission.',
      () => this.#tokensWithoutForce,
    );
    gauge(
      'kinledger_linker_snapshot_position',
      'Ledger position of the snapshot that this process last used or wrote, -1 if there is none.',
      () => this.#snapshotPosition,
    );
    gauge('kinledger_linker_key_version', 'Version of the token keys in force.', () => this.#keyVersion);
    gauge(
      'kinledger_linker_bodies_to_rekey',
      'Bodies that a rotation of keys has still to re-key; 0 while there is none.',
      () => (this.#rekeying === undefined ? 0 : this.#rekeying.total - this.#rekeying.bodies),
    );
    gauge('kinledger_linker_index_records', 'Records in the linkage index.', () => this.#size.records);
    metrics.gauge({
      name: 'kinledger_linker_index_bytes',
      help: 'Bytes allocated by the linkage index, by content.',
      labels: ['what'],
      collect: (its) => {
        for (const [what, bytes] of Object.entries(this.#size.bytes)) its.set({ what }, bytes);
      },
    });
    metrics.gauge({
      name: 'kinledger_linker_inbox',
      help: 'Contents of the inbox: waiting files and commands, parked submissions, refused commands, and staged chunks.',
      labels: ['what'],
      collect: async (its) => {
        const counts = await inbox.counts(programme);
        for (const [what, count] of Object.entries(counts)) its.set({ what }, count as number);
      },
    });
  }

  get isWriter(): boolean {
    return this.#current === 'recovering' || this.#current === 'deciding' || this.#current === 'halted';
  }

  get status(): LinkerStatus {
    const current = this.#current;
    const haltedBy = this.#haltedBy;
    const position = this.#position;
    const openReferrals = this.#openReferrals;
    const tokensWithoutForce = this.#tokensWithoutForce;
    return {
      state: current,
      ...(this.#store.away === undefined ? {} : { ledgerAway: this.#store.away }),
      ...(haltedBy === undefined ? {} : { halt: { code: haltedBy.code, message: haltedBy.message } }),
      position,
      intake: this.#intake,
      openReferrals,
      tokensWithoutForce,
      keyVersion: this.#keyVersion,
      ...(this.#rekeying === undefined ? {} : { rekeying: this.#rekeying }),
      ...(this.#erasureStanding === undefined ? {} : { erasures: this.#erasureStanding }),
      decided: { ...this.#outcomes },
    };
  }

  state(state: LoopState, halt?: Halt, about?: FileInHand): void {
    if (state === this.#current && halt === undefined) return;
    this.#current = state;
    if (state !== 'deciding') this.#rekeying = undefined;
    this.#haltedBy = halt;
    if (halt === undefined) {
      this.#logger.info({ state }, 'the linker’s state');
      return;
    }
    const submission = about?.submission;
    inTrace(about?.traceparent, () =>
      this.#logger.fatal(
        { err: halt, state, submission },
        'the linker has halted until a person has investigated',
      ),
    );
  }

  ledger(ledger: ProgrammeLedger): void {
    this.#failureLog.over();
    this.#size = ledger.engine.size;
    this.#position = ledger.closedAt;
    this.#intake = Math.max(this.#intake, ledger.lastIntake);
    this.#openReferrals = ledger.openReferrals;
    this.#tokensWithoutForce = ledger.tokensWithoutForce;
    this.#keyVersion = ledger.keyVersion;
    if (this.#rekeying !== undefined && this.#rekeying.keyVersion <= ledger.keyVersion)
      this.#rekeying = undefined;
  }

  decided({ intake, command, submission, acceptedAt, outcome, rows, seconds }: Decided): void {
    this.#intake = Math.max(this.#intake, intake);
    this.#outcomes[outcome] += 1;
    this.#decidedTotal.inc({ outcome });
    this.#rowsTotal.inc(rows);
    this.#seconds.observe(seconds);
    if (outcome === 'linked' && acceptedAt !== undefined) this.#lag.reached(acceptedAt);
    const told = { submission, intake, outcome, rows, seconds: Number(seconds.toFixed(3)) };
    if (command === undefined) this.#logger.info(told, 'file decided');
    else this.#logger.info({ command, ...told }, 'command decided');
  }

  erasures(standing: ErasureStanding): void {
    if (standing.unknown > 0 && standing.unknown !== this.#erasureStanding?.unknown) {
      const { lines, unknown } = standing;
      this.#logger.warn(
        { lines, unknown },
        'the list of erasures names records that the ledger does not have',
      );
    }
    this.#erasureStanding = standing;
  }

  rekeying(progress: RekeyingProgress): void {
    const { keyVersion, bodies, total } = progress;
    if (bodies === 0) this.#logger.info({ keyVersion, total }, 're-keying bodies');
    this.#rekeying = progress;
  }

  wrappingWaits(seconds: number): void {
    this.#logger.warn(
      { seconds: Math.round(seconds) },
      'the pseudonymiser has not answered a request to wrap tokens; the linker waits for it',
    );
  }

  unreadableErasure(line: number): void {
    this.#unreadableErasures.inc();
    this.#logger.error({ line }, 'a line of the list of erasures is unreadable, and not executed');
  }

  snapshot(news: SnapshotNews): void {
    this.#snapshots.inc({ outcome: news.outcome });
    switch (news.outcome) {
      case 'kept':
      case 'used':
        this.#snapshotPosition = news.position;
        this.#logger.info(
          { outcome: news.outcome, position: news.position, seconds: Number(news.seconds.toFixed(3)) },
          'snapshot',
        );
        return;
      case 'ignored':
        this.#snapshotPosition = -1;
        this.#logger.warn(
          { position: news.position, why: news.why },
          'the snapshot cannot be used; the whole ledger is read',
        );
        return;
      case 'failed':
        this.#logger.error(
          { err: news.error },
          'the snapshot could not be written; the next one will be tried later',
        );
        return;
      default:
        news satisfies never;
    }
  }

  appended(events: number): void {
    this.#eventsTotal.inc(events);
  }

  keyChanged(position: number): void {
    this.#logger.warn({ position }, 'the signing key is changed: the new one signs from this position on');
  }

  refused(): void {
    this.#refusedAppends.inc();
    this.#logger.warn('another process has appended to the ledger; it is read again');
  }

  failed(error: unknown, about?: FileInHand): void {
    this.#failures.inc();
    const submission = about?.submission;
    inTrace(about?.traceparent, () => this.#failureLog.failed(error, { submission }));
  }
}
