import { Worker } from 'node:worker_threads';
import { quarterFigures, type QuarterFigures } from '@kinledger/contracts';
import type { RemedyContext, RemedyOf, ServiceOfStrand } from '@kinledger/figures';

/** What a worker is given. */
export interface RemedyQuestion {
  readonly published: QuarterFigures;
  readonly services: readonly ServiceOfStrand[];
  readonly context: RemedyContext;
}

/**
 * Makes a published form safe in a thread of its own: the solver works for seconds, in which the service answers no probe
 * otherwise.
 */
export const remedyInWorker: RemedyOf = async (published, services, context) => {
  const worker = new Worker(new URL('./remedy-worker.js', import.meta.url), {
    workerData: { published, services: [...services], context } satisfies RemedyQuestion,
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (answer: unknown) => resolve(quarterFigures.parse(answer)));
      worker.on('error', reject);
      worker.on('exit', () =>
        reject(new Error('the thread that looks for a remedy ended before it had one')),
      );
    });
  } finally {
    void worker.terminate();
  }
};
