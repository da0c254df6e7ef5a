import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { RowTask, RowTaskResult, RowWorkerData } from './row-task.js';

/** One worker thread. A file stays with one of them, which counts occurrences of its rows in order. */
export interface RowWorker {
  run(task: RowTask): Promise<RowTaskResult>;
}

export interface RowWorkersOptions extends RowWorkerData {
  readonly threads: number;
  /** Entry of the worker as JavaScript; default the one beside this file. */
  readonly entry?: string;
  /** Node's options for the threads; default those of this process. */
  readonly execArgv?: readonly string[];
}

/** The worker threads of the service: as many as asked for, kept warm, each with a queue of its own. */
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
   * Gives the least busy worker to `work`, which may ask for several tasks at once: they are done one after the other, in
   * the order in which they were asked for. After one that failed only `close` is still done.
   */
  async withWorker<T>(work: (worker: RowWorker) => Promise<T>): Promise<T> {
    const thread = this.#threads.reduce((least, other) => (other.files < least.files ? other : least));
    thread.files += 1;
    // The pool promises no order among tasks that wait in its queue.
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

  /** Resolves when every worker has read its keys and the programme; rejects when one cannot. */
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
