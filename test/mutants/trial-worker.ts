import process from 'node:process';
import type { Mutant } from './mutant.js';
import { parts, testsOf } from './parts.js';
import { Trials } from './trials.js';

/** What a worker says to its parent: that it can begin, or what became of a mutant, or why it cannot. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'verdict'; readonly verdict: 'killed' | 'survived' | 'not reached' }
  | { readonly kind: 'failed'; readonly why: string };

export type ParentMessage = { readonly kind: 'try'; readonly mutant: Mutant } | { readonly kind: 'end' };

/** A process that tries mutants of one part, as its parent sends them. A mutant that never ends ends with it. */
export async function work(partName: string): Promise<void> {
  const part = parts.find(({ name }) => name === partName);
  if (part === undefined) throw new Error(`no part is called ${partName}`);
  const say = (message: WorkerMessage) => process.send?.(message);
  const trials = await Trials.open(part, testsOf(part));
  try {
    await trials.withoutMutant();
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
      void trials.of(message.mutant).then((verdict) => say({ kind: 'verdict', verdict }));
    }
  });
  say({ kind: 'ready' });
}
