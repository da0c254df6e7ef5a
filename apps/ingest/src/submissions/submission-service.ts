import { type Caller, isTracing, Outbox, withSpan } from '@kinledger/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import { CommandService } from '../commands/command-service.js';
import { viewOfCommand } from '../commands/command-view.js';
import { IntakeContext } from '../intake-context.js';
import { mayActFor, providerSeenBy } from '../programme/dataset-access.js';
import { IntakeMetrics } from '../uploads/intake-metrics.js';
import { readUpload, savedMappingsOf } from '../uploads/upload-table.js';
import type { Submission } from './submission.js';
import { lastDecisions } from './decision-table.js';
import { readHistory, type SubmissionStep } from './submission-history.js';
import { listSubmissions, readSubmission, rowsGoneAt, type SubmissionFilter } from './submission-table.js';
import {
  viewOfSubmission,
  type SubmissionView,
  type SubmitAnswerView,
  type UnparkAnswerView,
} from './submission-view.js';
import { submitUpload, type SubmitRequest } from './submit-upload.js';
import { unparkSubmission } from './unpark-submission.js';
import { submissionUnknown, withdrawSubmission } from './withdraw-submission.js';

/** Operations of accounts on uploads that they submit, and on submissions. */
@Injectable()
export class SubmissionService {
  readonly #logger = new Logger('submissions');
  readonly #intake: IntakeContext;
  readonly #outbox: Outbox;
  readonly #metrics: IntakeMetrics;
  readonly #commands: CommandService;

  constructor(intake: IntakeContext, outbox: Outbox, metrics: IntakeMetrics, commands: CommandService) {
    this.#intake = intake;
    this.#outbox = outbox;
    this.#metrics = metrics;
    this.#commands = commands;
  }

  /** @throws Problem */
  async submit(caller: Caller, upload: string, request: SubmitRequest): Promise<SubmitAnswerView> {
    const parent = await this.#traceOf(caller, upload);
    return withSpan('submit file', { parent }, async (tell) => {
      const { submission, repeated } = await submitUpload(this.#intake, caller, upload, request);
      this.#outbox.wake();
      const { submission: id, dataset, period, sequence, intake } = submission;
      const outcome = repeated ? 'repeated' : 'accepted';
      tell({ 'kinledger.submission': id, 'kinledger.dataset': dataset, 'kinledger.outcome': outcome });
      this.#metrics.submission(dataset, outcome);
      this.#logger.log({ submission: id, dataset, period, sequence, intake, repeated }, 'submitted');
      return { ...(await this.#viewOf(submission)), repeated };
    });
  }

  /** The trace of an upload that the caller may submit, which begins with its file. */
  async #traceOf(caller: Caller, id: string): Promise<string | undefined> {
    if (!isTracing()) return undefined;
    const upload = await readUpload(this.#intake.pool, id).catch(() => undefined);
    if (upload === undefined || !mayActFor(caller, upload.provider)) return undefined;
    return upload.traceparent ?? undefined;
  }

  /** @throws Problem 404; 409 if the linker refuses */
  async withdraw(caller: Caller, id: string, reason: string): Promise<SubmissionView> {
    const { submission, repeated } = await withdrawSubmission(this.#intake, caller, id, reason);
    this.#outbox.wake();
    if (!repeated) {
      this.#metrics.submission(submission.dataset, 'withdrawn');
      this.#logger.log({ submission: id, command: submission.withdrawal?.command, reason }, 'withdrawn');
    }
    const command = submission.withdrawal?.command ?? null;
    if (command !== null) await this.#commands.answered(command);
    return this.#viewOf(submission);
  }

  /** @throws Problem 404, 409 or 410 */
  async unpark(caller: Caller, id: string, reason: string): Promise<UnparkAnswerView> {
    const { submission, intake, command } = await unparkSubmission(this.#intake, caller, id, reason);
    this.#outbox.wake();
    this.#metrics.submission(submission.dataset, 'unparked');
    this.#logger.log({ submission: id, intake }, 'un-parking requested');
    // The rows must be pseudonymised first, which may take long; the caller can query the command.
    const asked = await this.#commands.view(caller, command);
    return { id: submission.submission, intake, command: viewOfCommand(asked) };
  }

  /** @throws Problem 404 */
  async view(caller: Caller, id: string): Promise<SubmissionView> {
    return this.#viewOf(await this.#visible(caller, id));
  }

  /** @throws Problem 404 */
  async history(caller: Caller, id: string): Promise<SubmissionStep[]> {
    const { submission } = await this.#visible(caller, id);
    return readHistory(this.#intake.pool, submission);
  }

  /** A provider lists its own submissions, the data team all. Newest first. */
  async list(caller: Caller, filter: Omit<SubmissionFilter, 'provider'>): Promise<SubmissionView[]> {
    const provider = providerSeenBy(caller);
    const submissions = await listSubmissions(this.#intake.pool, { ...filter, provider });
    return this.#viewsOf(submissions);
  }

  async #visible(caller: Caller, id: string): Promise<Submission> {
    const submission = await readSubmission(this.#intake.pool, id);
    if (submission === undefined || !mayActFor(caller, submission.provider)) throw submissionUnknown();
    return submission;
  }

  async #viewOf(submission: Submission): Promise<SubmissionView> {
    const [view] = await this.#viewsOf([submission]);
    if (view === undefined) throw new Error('a submission has no view');
    return view;
  }

  async #viewsOf(submissions: readonly Submission[]): Promise<SubmissionView[]> {
    const { pool } = this.#intake;
    const uploads = submissions.map(({ upload }) => upload);
    const [gone, decided, mappings] = await Promise.all([
      rowsGoneAt(pool, uploads),
      lastDecisions(
        pool,
        submissions.map(({ submission }) => submission),
      ),
      savedMappingsOf(pool, uploads),
    ]);
    return submissions.map((submission) =>
      viewOfSubmission(submission, {
        gone: gone.get(submission.upload),
        decision: decided.get(submission.submission),
        savedMapping: mappings.get(submission.upload),
      }),
    );
  }
}
