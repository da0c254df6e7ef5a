import { parentPort, workerData } from 'node:worker_threads';
import { isNotInLedger } from '@kinledger/decisions';
import { openEventStore } from '@kinledger/event-store';
import { explained } from './explained.js';
import type { ExplanationWorkerData, ExplanationWorkerMessage } from './explanation-question.js';

/** Entry of a worker thread: explains one individual and ends. */

// `ExplanationWorkerData` by construction.
const { place, stream, subject, other, asAt } = workerData as ExplanationWorkerData;
const tell = (message: ExplanationWorkerMessage) => parentPort?.postMessage(message);
const PROGRESS_EVERY_MS = 300;
let toldAt = 0;

const store = openEventStore(place);
try {
  const onProgress = (done: number, total: number) => {
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = performance.now();
    tell({ kind: 'progress', done, total });
  };
  const question = { store, stream, asAt, signal: new AbortController().signal, onProgress };
  tell({ kind: 'explained', ...(await explained(question, subject, other)) });
} catch (error) {
  if (!isNotInLedger(error)) throw error;
  tell({ kind: 'not-in-ledger', message: error.message });
} finally {
  await store.close();
}
