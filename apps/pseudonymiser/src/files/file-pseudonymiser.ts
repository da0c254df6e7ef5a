import type { CloudEvent, FileAccepted, UploadId } from '@kinledger/contracts';
import { isLandingFileGone, readChunks, readFile, type SealedChunk } from '@kinledger/landing-store';
import type { MessageBus } from '@kinledger/message-bus';
import type { RowCounts } from '@kinledger/pseudonymised-rows';
import { withSpan, type Backlog } from '@kinledger/service-kit';
import pLimit, { type LimitFunction } from 'p-limit';
import type pg from 'pg';
import type { RowTask, RowTaskResult } from '../worker/row-task.js';
import type { RowWorker, RowWorkers } from '../worker/row-workers.js';
import { ChunkPublisher } from './chunk-publisher.js';
import { announceAgain, findFinished, finish, type FinishedFile } from './finished-files.js';
import type { TokenKeyInForce } from '../keys/token-key-in-force.js';
import { beginFile, beginningOf } from '../people/suppression-log.js';
import { inOrder } from './in-order.js';
import { isUnprocessable, unprocessable } from './unprocessable.js';

/** A file to process, with its intake number. */
export type AcceptedFile = Pick<CloudEvent<typeof FileAccepted>, 'time' | 'traceparent' | 'data'>;

/** Receives progress of the work: only numbers and names of datasets. */
export interface FileObserver {
  onRows(counts: RowCounts): void;
  onFinished(file: AcceptedFile, end: FinishedFile, seconds: number): void;
}

export interface FilePseudonymiserOptions {
  readonly programme: string;
  readonly pool: pg.Pool;
  readonly bus: MessageBus;
  /** The id of the topic of rows. */
  readonly rowsTopic: string;
  readonly workers: RowWorkers;
  readonly keys: Pick<TokenKeyInForce, 'version'>;
  /** Chunks that the linker has not consumed yet. */
  readonly unlinked: Backlog;
  readonly filesAtOnce: number;
  readonly now: () => Date;
  readonly observer: FileObserver;
  /** Called after a commit that wrote to the outbox. */
  readonly wakeOutbox: () => void;
}

const unpublished = { outcome: 'unprocessable', rows: 0, suppressed: 0, chunks: 0 } as const;

/** Number of sealed chunks that one query reads, and that wait for a worker. */
const CHUNKS_PER_PAGE = 4;
/** Number of chunks of one file that are with a worker or wait to be published. */
const CHUNKS_AHEAD = 3;

/** Turns accepted files into pseudonymised rows, a few files concurrently. */
export class FilePseudonymiser {
  readonly #options: FilePseudonymiserOptions;
  /** Files beyond the limit wait in order of arrival. */
  readonly #limit: LimitFunction;

  constructor(options: FilePseudonymiserOptions) {
    this.#options = options;
    this.#limit = pLimit(options.filesAtOnce);
  }

  /**
   * Resolves when the file's outcome, whichever it is, is durable. Call it again if it rejects: it publishes everything
   * again with the same ids and bytes.
   * @param signal stops the work between two chunks.
   */
  process(file: AcceptedFile, signal: AbortSignal): Promise<FinishedFile> {
    return this.#limit(() => {
      signal.throwIfAborted();
      const { submission, dataset } = file.data;
      const attributes = { 'kinledger.submission': submission, 'kinledger.dataset': dataset };
      return withSpan('pseudonymise file', { parent: file.traceparent, attributes }, async (tell) => {
        const end = await this.#finish(file, signal);
        const { outcome, rows, chunks } = end;
        tell({ 'kinledger.outcome': outcome, 'kinledger.rows': rows, 'kinledger.chunks': chunks });
        return end;
      });
    });
  }

  async #finish(file: AcceptedFile, signal: AbortSignal): Promise<FinishedFile> {
    const { pool, rowsTopic, wakeOutbox, observer, now } = this.#options;
    const finished = await findFinished(pool, file.data);
    if (finished !== undefined) {
      await announceAgain(pool, file, finished, rowsTopic);
      wakeOutbox();
      return finished;
    }
    const started = performance.now();
    const ended = await this.#end(file, signal);
    const end = await finish(pool, file, {
      ...ended,
      finishedAt: now(),
      rowsTopic: ended.outcome === 'pseudonymised' ? rowsTopic : null,
    });
    wakeOutbox();
    observer.onFinished(file, end, (performance.now() - started) / 1000);
    return end;
  }

  async #end(
    file: AcceptedFile,
    signal: AbortSignal,
  ): Promise<Omit<FinishedFile, 'finishedAt' | 'rowsTopic'>> {
    try {
      return { outcome: 'pseudonymised', ...(await this.#publishRows(file, signal)), reason: null };
    } catch (error) {
      if (isUnprocessable(error)) return { ...unpublished, reason: error.reason };
      if (isLandingFileGone(error)) {
        return { ...unpublished, reason: 'landing-file-gone' };
      }
      throw error;
    }
  }

  async #publishRows(
    file: AcceptedFile,
    signal: AbortSignal,
  ): Promise<Pick<FinishedFile, 'rows' | 'suppressed' | 'chunks'>> {
    const { programme, pool, bus, workers, unlinked, observer } = this.#options;
    const { submission, upload, provider, dataset, schemaHash, counts } = file.data;
    if (file.data.programme !== programme) throw unprocessable('programme-unknown');
    const landing = await readFile(pool, upload);
    if (landing.rows !== counts.accepted + counts.consentRefused) throw unprocessable('landing-incomplete');
    const { wrappedDataKey, wrappedSeed } = landing;
    // Before a row is read: who is suppressed when a file is accepted is suppressed for all of it.
    const { lines, keyVersion, ...suppressed } = await beginningOf(
      pool,
      file.data,
      await this.#options.keys.version(),
    );
    let isBegun = false;
    return workers.withWorker(async (worker) => {
      try {
        await perform(worker, {
          kind: 'open',
          file: {
            submission,
            upload,
            provider,
            dataset,
            schemaHash,
            wrappedDataKey,
            wrappedSeed,
            suppressed,
            keyVersion,
          },
        });
        const publisher = new ChunkPublisher(bus, file, async () => {
          await unlinked.room(signal);
          signal.throwIfAborted();
          if (!isBegun) await beginFile(pool, file.data, { lines, keyVersion });
          isBegun = true;
        });
        const each = (kind: 'note' | 'chunk') =>
          inOrder(sealedChunks(pool, upload, landing.chunks), CHUNKS_AHEAD, ({ n, sealed }) =>
            perform(worker, { kind, submission, n, sealed }),
          );
        if (counts.consentRefused > 0) {
          // A row at the end may refuse consent for one at the beginning, so nothing is published before all refusals
          // are known.
          for await (const _ of each('note')) signal.throwIfAborted();
          const noted = await perform(worker, { kind: 'refused', submission });
          if (noted.kind === 'refused') await publisher.addRefused(noted.rowKeys);
        }
        let rows = 0;
        let withheld = 0;
        for await (const result of each('chunk')) {
          signal.throwIfAborted();
          if (result.kind !== 'rows') continue;
          observer.onRows(result.counts);
          rows += result.counts.rows;
          withheld += result.counts.suppressed;
          await publisher.add(result.packed);
        }
        return { rows, suppressed: withheld, chunks: await publisher.finish() };
      } finally {
        await worker.run({ kind: 'close', submission }).catch(() => undefined);
      }
    });
  }
}

/** @throws Unprocessable if the worker reports so. */
async function perform(worker: RowWorker, task: RowTask): Promise<RowTaskResult> {
  const result = await worker.run(task);
  if (result.kind === 'unprocessable') throw unprocessable(result.reason);
  return result;
}

/** A file's chunks in order, a page at a time. @throws Unprocessable if one is missing. */
async function* sealedChunks(pool: pg.Pool, upload: UploadId, count: number): AsyncGenerator<SealedChunk> {
  for (let next = 0; next < count;) {
    const page = await readChunks(pool, upload, { from: next, limit: CHUNKS_PER_PAGE });
    if (page.length === 0) throw unprocessable('landing-incomplete');
    for (const chunk of page) {
      if (chunk.n !== next) throw unprocessable('landing-incomplete');
      next += 1;
      yield chunk;
    }
  }
}
