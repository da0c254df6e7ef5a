import { inTransaction } from '@kinledger/database';
import { londonDay } from '@kinledger/domain';
import { isFileRefused } from '@kinledger/intake-files';
import { countChunks, deleteFile, isLandingFileGone } from '@kinledger/landing-store';
import { Metrics, Outbox, Backlog, Problem, Shutdown, withSpan, type Caller } from '@kinledger/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IntakeContext } from '../intake-context.js';
import { proposeMapping, type MappingProposal } from '../mapping/propose-mapping.js';
import type { WantedMapping } from '../mapping/saved-mapping.js';
import { intakeOutbox } from '../outbox/intake-outbox.js';
import {
  datasetFor,
  liveAgreement,
  mayActFor,
  periodFor,
  providerSeenBy,
} from '../programme/dataset-access.js';
import { SaltWatch } from '../salt/salt-watch.js';
import { declaredOrders, type AskedOrders } from './declared-orders.js';
import { errorReport } from './error-report.js';
import { holdsClearText } from './incident.js';
import { IntakeMetrics } from './intake-metrics.js';
import { receiveUpload, type FileToReceive, type ReceivedFile } from './receive-upload.js';
import { problemOfRefusal } from './refused-file.js';
import { busy, stopping } from './stopping.js';
import { Turnstile } from './turnstile.js';
import type { Upload } from './upload.js';
import { bodyOf, declaredBytes } from './upload-body.js';
import { fileHeldTheSalt, uploadChanged } from './upload-events.js';
import { listWaiting, lockUpload, markDiscarded, readUpload } from './upload-table.js';
import { viewOf, type UploadView } from './upload-view.js';

/** What a file is sent for. */
interface AskedFile {
  readonly dataset: string;
  readonly period: string;
}

/** Operations of accounts on uploads before they are submitted. */
@Injectable()
export class UploadService {
  readonly #logger = new Logger('uploads');
  readonly #door: Turnstile;
  readonly #landed: Backlog;
  readonly #intake: IntakeContext;
  readonly #outbox: Outbox;
  readonly #metrics: IntakeMetrics;
  readonly #salts: SaltWatch;
  readonly #shutdown: Shutdown;

  constructor(
    intake: IntakeContext,
    outbox: Outbox,
    metrics: IntakeMetrics,
    salts: SaltWatch,
    all: Metrics,
    shutdown: Shutdown,
  ) {
    this.#intake = intake;
    this.#outbox = outbox;
    this.#metrics = metrics;
    this.#salts = salts;
    this.#shutdown = shutdown;
    const { maxAtOnce, maxAtOncePerAccount, patienceSeconds } = intake.limits;
    this.#door = new Turnstile({ total: maxAtOnce, perAccount: maxAtOncePerAccount }, patienceSeconds * 1000);
    this.#landed = new Backlog({
      measure: () => countChunks(intake.pool),
      limit: intake.limits.maxLandedChunks,
    }).watchedBy(all, 'landed chunks');
  }

  /** @throws Problem for a request that is not allowed, or a file that cannot be read. */
  async receive(
    caller: Caller,
    asked: AskedFile & AskedOrders & { readonly mapping?: WantedMapping | undefined },
    request: FastifyRequest,
  ): Promise<UploadView> {
    const asking = this.#admissible(caller, asked);
    const orders = declaredOrders(asking.dataset, asked);
    if (await this.#landed.isFull()) throw behind();
    return this.#inside(caller, async () => {
      const received = await withSpan(
        'receive file',
        { attributes: { 'kinledger.dataset': asking.dataset.id } },
        async (tell) => {
          const file = {
            ...(await this.#fileOf(caller, asking, request)),
            ...{ orders, wantedMapping: asked.mapping },
          };
          const its = await this.#read(file, (reason) => tell({ 'kinledger.outcome': reason }));
          tell({ 'kinledger.outcome': its.upload.state, 'kinledger.rows': its.upload.counts.read });
          return its;
        },
      );
      return viewOf(received.upload, asking.dataset, received);
    });
  }

  /**
   * Proposes a mapping for a file, or for its first rows, of which nothing is kept.
   * @throws Problem for a request that is not allowed, or a file that cannot be read.
   */
  async propose(caller: Caller, asked: AskedFile, request: FastifyRequest): Promise<MappingProposal> {
    const asking = this.#admissible(caller, asked);
    return this.#inside(caller, async () => {
      const file = await this.#fileOf(caller, asking, request);
      return this.#answering(file, () => proposeMapping(this.#intake, file));
    });
  }

  #admissible(caller: Caller, asked: AskedFile): Pick<FileToReceive, 'dataset' | 'period' | 'today'> {
    const { programme } = this.#intake;
    const dataset = datasetFor(programme, caller, asked.dataset);
    const today = londonDay(new Date());
    const period = periodFor(asked.period, today);
    liveAgreement(programme, dataset, period);
    return { dataset, period, today };
  }

  async #fileOf(
    caller: Caller,
    asking: Pick<FileToReceive, 'dataset' | 'period' | 'today'>,
    request: FastifyRequest,
  ): Promise<FileToReceive> {
    return {
      ...{ ...asking, uploadedBy: caller.person, salts: await this.#salts.current(), orders: new Map() },
      ...{ body: bodyOf(request), declaredBytes: declaredBytes(request), hurry: this.#shutdown.hurry },
    };
  }

  /** Reads a file once it is the caller's turn. */
  async #inside<Result>(caller: Caller, read: () => Promise<Result>): Promise<Result> {
    const { hurry } = this.#shutdown;
    if (!(await this.#door.enter(caller.person, hurry))) throw hurry.aborted ? stopping() : busy();
    this.#metrics.receiving.set(this.#door.occupied);
    try {
      return await read();
    } finally {
      this.#door.leave(caller.person);
      this.#metrics.receiving.set(this.#door.occupied);
    }
  }

  async #read(file: FileToReceive, refused: (reason: string) => void): Promise<ReceivedFile> {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    try {
      const received = await this.#answering(file, () => receiveUpload(this.#intake, file));
      const { upload } = received;
      this.#outbox.wake();
      this.#metrics.uploadRead(upload, seconds());
      const { dataset, period, state, counts, bytes } = upload;
      this.#logger.log({ upload: upload.upload, dataset, period, state, counts, bytes }, 'file received');
      if (holdsClearText(upload.findings)) {
        this.#metrics.incident(dataset, 'clear-text');
        this.#logger.warn(
          { upload: upload.upload, dataset, period },
          'an upload contained clear text in place of digests',
        );
      }
      return received;
    } catch (error) {
      const reason = error instanceof Problem ? error.code : 'failed';
      refused(reason);
      this.#metrics.uploadRefused(file.dataset.id, reason, seconds());
      throw error;
    }
  }

  /** Answers a file that cannot be read with a problem, and records a leak of the salt. */
  async #answering<Result>(file: FileToReceive, read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (error) {
      if (!isFileRefused(error)) throw error;
      this.#logger.log({ dataset: file.dataset.id, reason: error.reason }, 'file refused');
      if (error.reason === 'holds-the-salt') await this.#noteLeak(file);
      throw problemOfRefusal(error);
    }
  }

  /** Records that a file contained the salt; nothing else of it is kept. */
  async #noteLeak({ dataset, period }: FileToReceive): Promise<void> {
    this.#metrics.incident(dataset.id, 'salt');
    this.#logger.error(
      { dataset: dataset.id, period: period.code },
      'a file contained the salt: treat the salt as leaked',
    );
    await inTransaction(this.#intake.pool, (client) =>
      intakeOutbox.write(client, [
        fileHeldTheSalt(this.#intake.programme.definition.id, { dataset, period }, new Date()),
      ]),
    );
    this.#outbox.wake();
  }

  /** @throws Problem 404 */
  async view(caller: Caller, id: string): Promise<UploadView> {
    const upload = await this.#visible(caller, id);
    return viewOf(upload, this.#intake.programme.dataset(upload.dataset));
  }

  /** What was read and neither submitted nor discarded, the latest first: a provider’s own; the data team sees all. */
  async waiting(caller: Caller, limit: number): Promise<UploadView[]> {
    const uploads = await listWaiting(this.#intake.pool, { provider: providerSeenBy(caller), limit });
    return uploads.map((upload) => viewOf(upload, this.#intake.programme.dataset(upload.dataset)));
  }

  /** @throws Problem 404; 410 if the report was deleted with the rows. */
  async errors(caller: Caller, id: string): Promise<AsyncGenerator<string, undefined>> {
    const { upload } = await this.#visible(caller, id);
    try {
      return await errorReport(this.#intake.pool, this.#intake.kek, upload);
    } catch (error) {
      if (!isLandingFileGone(error)) throw error;
      throw new Problem(410, 'error-report-deleted', {
        detail:
          'The error report was deleted together with the rows of the file. Send the file again to get a new one.',
      });
    }
  }

  /** Deletes everything stored of an upload that was not submitted. Idempotent. @throws Problem 404 or 409 */
  async discard(caller: Caller, id: string): Promise<void> {
    await this.#visible(caller, id);
    await inTransaction(this.#intake.pool, async (client) => {
      const upload = await lockUpload(client, id);
      if (upload === undefined || upload.state === 'discarded') return;
      if (upload.state === 'accepted') {
        throw new Problem(409, 'upload-submitted', {
          detail: 'The upload was submitted. To take it back, withdraw its submission.',
        });
      }
      await deleteFile(client, upload.upload, 'discarded');
      await markDiscarded(client, upload.upload, null);
      const change = { state: 'discarded' as const };
      await intakeOutbox.write(client, [
        uploadChanged(this.#intake.programme.definition.id, upload, new Date(), change),
      ]);
    });
    this.#outbox.wake();
  }

  /** Another provider's upload is answered like an unknown one. */
  async #visible(caller: Caller, id: string): Promise<Upload> {
    const upload = await readUpload(this.#intake.pool, id);
    if (upload === undefined || !mayActFor(caller, upload.provider)) throw uploadUnknown();
    return upload;
  }
}

export const uploadUnknown = () =>
  new Problem(404, 'upload-unknown', { detail: 'There is no upload with this id.' });

/** Downstream is backlogged; reject instead of queueing. The file stays with its sender. */
const behind = () =>
  new Problem(503, 'intake-full', {
    detail: 'Earlier files are still being processed. Nothing was kept: send the file again later.',
    headers: { 'retry-after': '300' },
    declined: true,
  });
