import { parentPort } from 'node:worker_threads';
import { tasks, type TaskKind } from './task.js';

/** Entry of a thread that does tasks, one after the other. */

export interface TaskMessage {
  readonly kind: TaskKind;
  readonly input: unknown;
}
export type TaskAnswer = { readonly output: unknown } | { readonly error: unknown };

parentPort?.on('message', ({ kind, input }: TaskMessage) => {
  // The crew sends an input of the task’s own kind.
  const work = tasks[kind] as (given: unknown) => unknown;
  let answer: TaskAnswer;
  try {
    answer = { output: work(input) };
  } catch (error) {
    answer = { error };
  }
  parentPort?.postMessage(answer);
});
