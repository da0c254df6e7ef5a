import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { RowTask, RowTaskResult, RowWorkerData } from './row-task.js';

/** One worker thread. A file stays with one of them, which counts occurrences of its rows in order. */
export interface RowWorker {
  run(task: RowTask): Promise<RowTaskResult>;
}

export interface RowWorkersOptions extends RowWorkerData {
  readonly threads: number;
  /** JavaScript entry of the worker; by default the one beside this file. */
  readonly entry?: string;
  /** Node's options for the threads; by default those of this process. */
  readonly execArgv?: readonly string[];
}

/** The worker threads of the service, kept warm, each with its own queue. */
export class RowWorkers {
  readonly #threads: { readonly pool: Piscina<RowTask, RowTaskResult>; files: number }[];

  constructor({ threads, entry, execArgv, ...data }: RowWorkersOptions) {
    const filename = entry ?? fileURLToPath(new URL('./row-worker.js', import.meta.url));
    this.#threads = Array.from({ length: threads }, () => ({
      pool: new Piscina<RowTask, RowTaskResult>({
        filename,
        workerData: data,
        minThreads: 1,
        maxThreads: 1,
        recordTiming: false,
        ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
      }),
      files: 0,
    }));
  }

  /**
   * Passes the least busy worker to `work`, which may start several tasks at once: they run one after the other, in
   * order. After a failed task only `close` still runs.
   */
  async withWorker<T>(work: (worker: RowWorker) => Promise<T>): Promise<T> {
    const thread = this.#threads.reduce((least, other) => (other.files < least.files ? other : least));
    thread.files += 1;
    // The pool guarantees no order among queued tasks.
    let last: Promise<unknown> = Promise.resolve();
    const run = (task: RowTask): Promise<RowTaskResult> => {
      const before = task.kind === 'close' ? last.catch(() => undefined) : last;
      const result = before.then(() => thread.pool.run(task));
      last = result;
      return result;
    };
    try {
      return await work({ run });
    } finally {
      thread.files -= 1;
    }
  }

  /** Resolves when every worker has read its keys and the programme; rejects if one cannot. */
  async ready(): Promise<void> {
    const nothing: RowTask = {
      kind: 'close',
      submission: '' as Extract<RowTask, { kind: 'close' }>['submission'],
    };
    await Promise.all(this.#threads.map(({ pool }) => pool.run(nothing)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ pool }) => pool.destroy()));
  }
}
