import { decideSubmission, park, Scribe } from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import { withSpan, type Tell } from '@kinledger/service-kit';
import type { FileIntake, Inbox } from '../inbox/inbox.js';
import type { DecisionObserver } from './decision-observer.js';
import type { Definitions } from './definitions.js';
import type { OpenLedger } from './open-ledger.js';
import { decideWhole, timed } from './whole-decision.js';

export interface FileDecisionsOptions {
  readonly programmeId: string;
  readonly store: EventStore;
  readonly inbox: Inbox;
  readonly observer: Pick<DecisionObserver, 'decided'>;
}

/** Decides files that are completely staged, and parks those that cannot be processed. */
export class FileDecisions {
  readonly #options: FileDecisionsOptions;
  readonly #definitions: Definitions;

  constructor(options: FileDecisionsOptions, definitions: Definitions) {
    this.#options = options;
    this.#definitions = definitions;
  }

  /** Decides a file and settles it in the inbox. */
  decide(open: OpenLedger, file: FileIntake, signal: AbortSignal): Promise<void> {
    const { submission, dataset } = file.data;
    const attributes = { 'kinledger.submission': submission, 'kinledger.dataset': dataset };
    return withSpan('decide file', { parent: file.traceparent, attributes }, (tell) =>
      this.#decide(open, file, signal, tell),
    );
  }

  #decide(open: OpenLedger, file: FileIntake, signal: AbortSignal, tell: Tell<'decide file'>): Promise<void> {
    const { inbox, store, observer } = this.#options;
    const { submission } = file.data;
    const { ledger } = open;
    const what = { intake: file.intake, command: undefined, submission, acceptedAt: file.time };
    return timed(observer, what, async () => {
      await this.#definitions.defineFirst(open, file.time, signal);
      const writer = open.writer();
      const scribe = new Scribe(ledger, writer, file);
      const isWaiting = () => this.#isWaiting(file);
      const done = await decideWhole(open, store, isWaiting, async () => {
        const { complete, unprocessable } = await inbox.progressOf(submission, file.intake);
        if (complete === undefined) {
          await park({ writer }, file.data, unprocessable ?? 'unprocessable', scribe);
          return { outcome: 'parked', rows: 0 } as const;
        }
        const context = { ledger, writer, staged: inbox, signal };
        return { outcome: 'linked', rows: await decideSubmission(context, file.data, scribe) } as const;
      });
      await inbox.settle(submission, done.outcome);
      tell({ 'kinledger.outcome': done.outcome, 'kinledger.rows': done.rows });
      return done;
    });
  }

  async #isWaiting({ intake }: FileIntake): Promise<boolean> {
    const now = await this.#options.inbox.intake(this.#options.programmeId, intake);
    return now === undefined || (now.kind === 'file' && now.state === 'waiting');
  }
}
