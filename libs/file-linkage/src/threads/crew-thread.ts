import { parentPort } from 'node:worker_threads';
import { tasks, type TaskKind } from './task.js';

/** Entry of a thread that does tasks, one after the other. */

export interface TaskMessage {
  readonly kind: TaskKind;
  readonly input: unknown;
}
export interface TaskFailure {
  readonly error: unknown;
  /** That of the error: only its name, message and stack reach another thread. */
  readonly code: unknown;
}
export type TaskAnswer = { readonly output: unknown } | TaskFailure;

parentPort?.on('message', ({ kind, input }: TaskMessage) => {
  // The crew sends an input of the task’s own kind.
  const work = tasks[kind] as (given: unknown) => unknown;
  let answer: TaskAnswer;
  try {
    answer = { output: work(input) };
  } catch (error) {
    answer = { error, code: error instanceof Error && 'code' in error ? error.code : undefined };
  }
  parentPort?.postMessage(answer);
});
