import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ExaminedReferral } from '@kinledger/decisions';
import type { ExaminationWorkerData, ExaminationWorkerMessage } from './examination.js';

export interface ExaminingThreadOptions extends ExaminationWorkerData {
  /** A thread that has nothing to examine for so long ends, and gives its memory back. */
  readonly idleMs?: number;
  /** A thread whose linkage index takes more ends after each referral. */
  readonly keptBytes?: number;
  /** Is told why a thread failed that had nothing to examine: nobody waits for it then. */
  readonly onError: (error: unknown) => void;
  /** What the thread runs, instead of the examiner. */
  readonly file?: URL;
}

/** A thread that needs more is ended, and the service goes on. Columns of the linkage engine do not count. */
const MAX_HEAP_MB = 2_048;
/** Reviewers look at one pair after another. Whoever is erased is not held in memory for longer either. */
const IDLE_MS = 5 * 60_000;
/** The index of some five million records. */
const KEPT_BYTES = 1024 * 1024 * 1024;

/**
 * Examines in a thread of its own, one referral at a time. The thread holds what a linker holds, and keeps it between two
 * referrals, so that the second reads only what was decided since the first.
 */
export class ExaminingThread {
  readonly #options: ExaminingThreadOptions;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #busy = false;
  /** Whether the thread ends once it has examined what it examines. */
  #leaves = false;

  constructor(options: ExaminingThreadOptions) {
    this.#options = options;
  }

  /** Whether a thread holds a ledger. */
  get isKept(): boolean {
    return this.#worker !== undefined;
  }

  /** Call it for one referral after another. @throws what ends the thread; the signal’s reason when it aborts. */
  async examine(referral: string, signal: AbortSignal): Promise<ExaminedReferral | undefined> {
    signal.throwIfAborted();
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#begin());
    const ended = new AbortController();
    this.#busy = true;
    const end = () => void worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    try {
      worker.ref();
      worker.postMessage(referral);
      const { examined, bytes } = await Promise.race([
        // Rejects with what the thread failed with.
        once(worker, 'message', { signal: ended.signal }).then(([said]) => said as ExaminationWorkerMessage),
        once(worker, 'exit', { signal: ended.signal }).then((): never => {
          signal.throwIfAborted();
          throw new Error('the thread that examines ended before it had an answer');
        }),
      ]);
      if (bytes > (this.#options.keptBytes ?? KEPT_BYTES)) this.#leaves = true;
      return examined;
    } catch (error) {
      this.#leaves = true;
      throw error;
    } finally {
      ended.abort();
      signal.removeEventListener('abort', end);
      this.#busy = false;
      if (this.#leaves) await this.#end();
      else this.#rest(worker);
    }
  }

  /** Gives back what is kept, at once or after the referral that is being examined. */
  async forget(): Promise<void> {
    if (this.#busy) this.#leaves = true;
    else await this.#end();
  }

  #begin(): Worker {
    const { place, stream, onError, file } = this.#options;
    this.#leaves = false;
    const data: ExaminationWorkerData = { place, stream };
    const worker = new Worker(file ?? new URL('./examination-worker.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    // One that fails while it has nothing to do is replaced by the next referral.
    const gone = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    return worker
      .on('error', (error) => {
        gone();
        if (!this.#busy) onError(error);
      })
      .on('exit', gone);
  }

  #rest(worker: Worker): void {
    // It keeps no process from ending.
    worker.unref();
    this.#idle = setTimeout(() => void this.forget(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
