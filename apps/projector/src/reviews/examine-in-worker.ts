import { Worker } from 'node:worker_threads';
import type { Examine, ExaminationWorkerData, ExaminationWorkerMessage } from './examination.js';

/** A thread that needs more is ended, and the service goes on. Columns of the linkage engine do not count. */
const MAX_HEAP_MB = 2_048;

/** Examines in a thread of its own, as explanations do: it holds what a linker holds, and gives it back when it ends. */
export const examineInWorker =
  (ledger: Pick<ExaminationWorkerData, 'place' | 'stream'>): Examine =>
  async (referral, signal) => {
    signal.throwIfAborted();
    const data: ExaminationWorkerData = { ...ledger, referral };
    const worker = new Worker(new URL('./examination-worker.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    const end = () => void worker.terminate();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        worker.on('message', ({ examined }: ExaminationWorkerMessage) => resolve(examined));
        worker.on('error', reject);
        worker.on('exit', () => reject(new Error('the thread that examines ended before it had an answer')));
      });
    } finally {
      signal.removeEventListener('abort', end);
    }
  };
