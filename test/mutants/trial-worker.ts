import process from 'node:process';
import type { Mutant } from './mutant.js';
import { parts, testsOf } from './parts.js';
import { Trials, type Outcome } from './trials.js';

/** A worker's message to its parent: ready, the verdict on a mutant, or why it failed. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly took: readonly number[] }
  | ({ readonly kind: 'verdict' } & Outcome)
  | { readonly kind: 'failed'; readonly why: string };

export type ParentMessage = { readonly kind: 'try'; readonly mutant: Mutant } | { readonly kind: 'end' };

/**
 * Tries mutants of one part as the parent process sends them. To stop a mutant that never ends, kill the process.
 * @param known milliseconds of each stage without a mutant, if an earlier worker measured them.
 * @param postgres URL of the server for tests that need one.
 */
export async function work(partName: string, known: readonly number[], postgres: string): Promise<void> {
  const part = parts.find(({ name }) => name === partName);
  if (part === undefined) throw new Error(`no part is called ${partName}`);
  const say = (message: WorkerMessage) => process.send?.(message);
  const trials = await Trials.open(testsOf(part), known, postgres);
  let took = known;
  try {
    if (known.length === 0) took = await trials.withoutMutant();
  } catch (error) {
    say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
    await trials.close();
    process.disconnect();
    return;
  }
  process.on('message', (message: ParentMessage) => {
    if (message.kind === 'end') {
      void trials.close().then(() => {
        process.disconnect();
      });
    } else {
      void trials.of(message.mutant).then((outcome) => say({ kind: 'verdict', ...outcome }));
    }
  });
  say({ kind: 'ready', took });
}
