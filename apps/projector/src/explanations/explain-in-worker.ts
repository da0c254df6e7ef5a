import { Worker } from 'node:worker_threads';
import type {
  Explained,
  ExplanationQuestion,
  ExplanationWorkerData,
  ExplanationWorkerMessage,
} from './explanation-question.js';

export interface Explaining {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Resolves to an explanation, or to a sentence where the ledger has nobody of that id. */
export type Explain = (
  question: ExplanationQuestion,
  explaining: Explaining,
) => Promise<Explained | { readonly notInLedger: string }>;

/** A thread that needs more is ended, and the service goes on. Columns of the linkage engine do not count. */
const MAX_HEAP_MB = 2_048;

/**
 * Explains in a thread of its own: it makes decisions of whole files again, which would hold up the service for seconds,
 * and holds what a linker holds, which is given back when the thread ends.
 */
export const explainInWorker =
  (ledger: Pick<ExplanationWorkerData, 'place' | 'stream'>): Explain =>
  async (question, { signal, onProgress }) => {
    signal.throwIfAborted();
    const data: ExplanationWorkerData = { ...ledger, ...question };
    const worker = new Worker(new URL('./explanation-worker.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    const end = () => void worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        worker.on('message', (message: ExplanationWorkerMessage) => {
          if (message.kind === 'progress') onProgress(message.done, message.total);
          else if (message.kind === 'explained') resolve(message);
          else resolve({ notInLedger: message.message });
        });
        worker.on('error', reject);
        worker.on('exit', () => reject(new Error('the thread that explains ended before it had an answer')));
      });
    } finally {
      signal.removeEventListener('abort', end);
    }
  };
