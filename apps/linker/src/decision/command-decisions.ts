import { causeOfCommand, type CommandData } from '@kinledger/contracts';
import {
  handlerOf,
  quarterVersionsOf,
  type DecisionOutcome,
  type FiguresInForce,
} from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import type { Programme } from '@kinledger/programme';
import type { Inbox } from '../inbox/inbox.js';
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
  decide(
    open: OpenLedger,
    place: number,
    asked: CommandData,
    erasing: Erasing | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { inbox, programmeId, store, observer, programme, figures } = this.#options;
    const { ledger } = open;
    const handler = handlerOf(asked);
    const waitsFor = handler.waitsFor?.(asked);
    return timed(observer, { intake: waitsFor?.intake ?? place, command: asked.kind }, async () => {
      const known = ledger.positionOf(asked.id);
      if (known !== undefined) {
        await inbox.answer(programmeId, asked.id, { outcome: 'accepted', position: known });
        return undefined;
      }
      const { rekeying } = this.#options;
      const command = await rekeying.underKey(asked, ledger.keyVersion, signal);
      const can = { erase: erasing !== undefined, newestKey: await this.#newestKey(open, command, signal) };
      const reason = handler.refusalOf(ledger, command, can);
      if (reason !== undefined) {
        // A refusal leaves no trace in the ledger, so check that the ledger was read up to its end.
        await open.requireUnchangedHead();
        const count = handler.countOf?.(ledger, command);
        await inbox.answer(programmeId, command.id, {
          ...{ outcome: 'refused', reason },
          ...(count === undefined ? {} : { count }),
        });
        return { outcome: 'refused', rows: 0 } as const;
      }
      await this.#definitions.defineFirst(open, command.time, signal);
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
          },
          command,
        ),
      );
      if (isOfSubmission(done.outcome) && ledger.lastClosed !== undefined) {
        await inbox.settle(ledger.lastClosed.submission, ledger.lastClosed.outcome);
      }
      await inbox.answer(programmeId, command.id, { outcome: 'accepted', position: ledger.closedAt });
      return done;
    });
  }

  /** Asked for only where it matters: a rotation that has begun had its key. */
  async #newestKey(open: OpenLedger, command: CommandData, signal: AbortSignal): Promise<number | undefined> {
    if (command.kind !== 'rotate-keys') return undefined;
    return open.isInterrupted ? command.payload.keyVersion : this.#options.rekeying.newest(signal);
  }
}

/** Whether a decision with this outcome was about a submission. */
const isOfSubmission = (outcome: DecisionOutcome): boolean =>
  outcome === 'linked' || outcome === 'withdrawn' || outcome === 'parked';
