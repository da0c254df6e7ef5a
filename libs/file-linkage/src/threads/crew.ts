import { Worker } from 'node:worker_threads';
import { tasks, type TaskInput, type TaskKind, type TaskOutput } from './task.js';
import type { TaskAnswer, TaskFailure, TaskMessage } from './crew-thread.js';

/** Threads that do tasks. */
export interface Crew {
  /** How many tasks it does at a time. */
  readonly size: number;
  /** Does tasks of one kind. @returns what they give, in the order of the inputs. @throws what a task throws. */
  all<Kind extends TaskKind>(
    kind: Kind,
    inputs: readonly TaskInput<Kind>[],
  ): Promise<readonly TaskOutput<Kind>[]>;
  /** Ends the threads. */
  end(): Promise<void>;
}

/** @param threads 1: no thread but this one. @param entry what a thread runs. */
export const crewOf = (threads: number, entry = new URL('./crew-thread.js', import.meta.url)): Crew =>
  threads > 1 ? new WorkerCrew(threads, entry) : thisThread;

const thisThread: Crew = {
  size: 1,
  all: (kind, inputs) => {
    const work = tasks[kind] as (input: (typeof inputs)[number]) => TaskOutput<typeof kind>;
    return Promise.resolve(inputs.map((input) => work(input)));
  },
  end: () => Promise.resolve(),
};

interface Waiting {
  readonly message: TaskMessage;
  readonly done: (output: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** Each thread takes the next task when it has done one. */
class WorkerCrew implements Crew {
  readonly size: number;
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #waiting: Waiting[] = [];
  #ended = false;
  /** Why a thread was lost, and with it the crew. */
  #lost: Error | undefined;

  constructor(size: number, entry: URL) {
    this.size = size;
    this.#workers = Array.from({ length: size }, () => this.#start(entry));
    this.#idle = [...this.#workers];
  }

  all<Kind extends TaskKind>(
    kind: Kind,
    inputs: readonly TaskInput<Kind>[],
  ): Promise<readonly TaskOutput<Kind>[]> {
    const outputs = inputs.map(
      (input) =>
        new Promise<unknown>((done, failed) => {
          if (this.#lost === undefined) this.#waiting.push({ message: { kind, input }, done, failed });
          else failed(this.#lost);
        }),
    );
    this.#assign();
    // A thread answers a task of a kind with what the kind gives.
    return Promise.all(outputs) as Promise<TaskOutput<Kind>[]>;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(entry: URL): Worker {
    const worker = new Worker(entry);
    worker.on('message', (answer: TaskAnswer) => {
      const task = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#idle.push(worker);
      if ('output' in answer) task?.done(answer.output);
      else task?.failed(failureOf(answer));
      this.#assign();
    });
    const lost = (error: Error): void => {
      if (this.#ended) return;
      this.#lost ??= error;
      for (const task of [...this.#busy.values(), ...this.#waiting.splice(0)]) task.failed(error);
      this.#busy.clear();
    };
    worker.on('error', (cause) =>
      lost(cause instanceof Error ? cause : new Error('a thread that links failed', { cause })),
    );
    worker.on('exit', () => lost(new Error('a thread that links ended before it had an answer')));
    return worker;
  }

  #assign(): void {
    while (this.#idle.length > 0 && this.#lost === undefined) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      const worker = this.#idle.shift() as Worker;
      this.#busy.set(worker, task);
      worker.postMessage(task.message);
    }
  }
}

/** What a task threw: an error loses its code on the way between threads. */
const failureOf = ({ error, code }: TaskFailure): unknown =>
  error instanceof Error && code !== undefined ? Object.assign(error, { code }) : error;
