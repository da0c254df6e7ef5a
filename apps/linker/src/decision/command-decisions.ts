import { causeOfCommand, type CommandData, type SubmissionId } from '@kinledger/contracts';
import {
  handlerOf,
  quarterVersionsOf,
  reviewPolicyOf,
  type DecisionOutcome,
  type FiguresInForce,
  type ReviewPolicy,
} from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import type { Programme } from '@kinledger/programme';
import { isTracing, withSpan, type Tell } from '@kinledger/service-kit';
import type { Inbox, TracedCause } from '../inbox/inbox.js';
import type { DecisionObserver } from './decision-observer.js';
import type { Definitions } from './definitions.js';
import type { Rekeying } from '../rekeying/rekeying.js';
import type { Erasing } from './erasing.js';
import type { OpenLedger } from './open-ledger.js';
import { decideWhole, timed } from './whole-decision.js';

export interface CommandDecisionsOptions {
  readonly programmeId: string;
  readonly programme: Pick<Programme, 'definition' | 'digest'>;
  readonly figures: FiguresInForce;
  readonly store: EventStore;
  readonly inbox: Inbox;
  readonly observer: Pick<DecisionObserver, 'decided'>;
  readonly rekeying: Rekeying;
}

/** Executes people's commands, or refuses them. */
export class CommandDecisions {
  readonly #options: CommandDecisionsOptions;
  readonly #definitions: Definitions;

  constructor(options: CommandDecisionsOptions, definitions: Definitions) {
    this.#options = options;
    this.#definitions = definitions;
  }

  /**
   * Executes a command, or refuses it; afterwards its reply is due in either case. A command that is already in the
   * ledger under its id is not executed again.
   * @param place the last intake number before it.
   * @param erasing undefined if erasure is not configured.
   */
  async decide(
    open: OpenLedger,
    place: number,
    asked: CommandData,
    erasing: Erasing | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const submission = submissionOf(asked);
    const attributes = {
      'kinledger.command': asked.kind,
      ...(submission === undefined ? {} : { 'kinledger.submission': submission }),
    };
    const { parent, file } = await this.#tracesOf(asked, submission);
    await withSpan('decide command', { parent, links: [file], attributes }, (tell) =>
      this.#decide(open, place, asked, erasing, signal, tell),
    );
  }

  async #tracesOf({ id }: CommandData, submission: SubmissionId | undefined) {
    if (!isTracing()) return { parent: undefined, file: undefined };
    const { inbox, programmeId } = this.#options;
    const traceOf = (what: TracedCause) => inbox.traceOf(programmeId, what).catch(() => undefined);
    return {
      parent: await traceOf({ command: id }),
      file: submission && (await traceOf({ submission })),
    };
  }

  #decide(
    open: OpenLedger,
    place: number,
    asked: CommandData,
    erasing: Erasing | undefined,
    signal: AbortSignal,
    tell: Tell<'decide command'>,
  ): Promise<void> {
    const { inbox, programmeId, store, observer, programme, figures } = this.#options;
    const { ledger } = open;
    const handler = handlerOf(asked);
    const waitsFor = handler.waitsFor?.(asked);
    const what = {
      intake: waitsFor?.intake ?? place,
      command: asked.kind,
      submission: submissionOf(asked),
    };
    return timed(observer, what, async () => {
      const known = ledger.positionOf(asked.id);
      if (known !== undefined) {
        await inbox.answer(programmeId, asked.id, { outcome: 'accepted', position: known });
        return undefined;
      }
      const { rekeying } = this.#options;
      const command = await rekeying.underKey(asked, ledger.keyVersion, signal);
      const reviews = await this.#reviewPolicy(open, command);
      const can = {
        ...{ erase: erasing !== undefined, reviews },
        newestKey: await this.#newestKey(open, command, signal),
      };
      const refuse = async (reason: NonNullable<ReturnType<typeof handler.refusalOf>>) => {
        // A refusal leaves no trace in the ledger, so check that the ledger was read up to its end.
        await open.requireUnchangedHead();
        const count = handler.countOf?.(ledger, command);
        await inbox.answer(programmeId, command.id, {
          ...{ outcome: 'refused', reason },
          ...(count === undefined ? {} : { count }),
        });
        tell({ 'kinledger.outcome': 'refused' });
        return { outcome: 'refused', rows: 0 } as const;
      };
      const reason = handler.refusalOf(ledger, command, can);
      if (reason !== undefined) return refuse(reason);
      const before = ledger.nextRevision;
      await this.#definitions.defineFirst(open, command.time, signal);
      // Another definition has links decided anew: what the command is about may be gone since it was asked for.
      const since = ledger.nextRevision === before ? undefined : handler.refusalOf(ledger, command, can);
      if (since !== undefined) return refuse(since);
      const writer = open.writer();
      const isWaiting = async () =>
        (await inbox.waitingCommands(programmeId, place)).some(({ id }) => id === command.id);
      const done = await decideWhole(open, store, isWaiting, async () =>
        handler.carryOut(
          {
            ...{ ledger, writer, staged: inbox, signal },
            cause: { cause: causeOfCommand(command.id), time: command.time },
            progress: waitsFor && (await inbox.progressOf(waitsFor.submission, waitsFor.intake)),
            erasing: erasing?.hand(open),
            rekeying,
            quarterVersions: quarterVersionsOf(programme, figures),
            reviews,
          },
          command,
        ),
      );
      if (isOfSubmission(done.outcome) && ledger.lastClosed !== undefined) {
        await inbox.settle(ledger.lastClosed.submission, ledger.lastClosed.outcome);
      }
      await inbox.answer(programmeId, command.id, { outcome: 'accepted', position: ledger.closedAt });
      tell({ 'kinledger.outcome': done.outcome });
      return done;
    });
  }

  /** A decision that was interrupted is finished under the definition under which it began. */
  async #reviewPolicy(
    { isInterrupted, ledger }: OpenLedger,
    { kind }: CommandData,
  ): Promise<ReviewPolicy | undefined> {
    if (kind !== 'review-referral' && kind !== 'undo-review') return undefined;
    return reviewPolicyOf(
      isInterrupted ? await this.#definitions.inForce(ledger) : this.#options.programme.definition,
      await this.#definitions.ever(ledger),
    );
  }

  /** Asked for only where it matters: a rotation that has begun had its key. */
  async #newestKey(open: OpenLedger, command: CommandData, signal: AbortSignal): Promise<number | undefined> {
    if (command.kind !== 'rotate-keys') return undefined;
    return open.isInterrupted ? command.payload.keyVersion : this.#options.rekeying.newest(signal);
  }
}

/** The submission that a command is about, if it is about one. */
function submissionOf(command: CommandData): SubmissionId | undefined {
  if (command.kind === 'withdraw-submission') return command.payload.submission;
  return handlerOf(command).waitsFor?.(command).submission;
}

/** Whether a decision with this outcome was about a submission. */
const isOfSubmission = (outcome: DecisionOutcome): boolean =>
  outcome === 'linked' || outcome === 'withdrawn' || outcome === 'parked';
