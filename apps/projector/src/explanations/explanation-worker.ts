import { parentPort, workerData } from 'node:worker_threads';
import { explainInLedger, isNotInLedger } from '@kinledger/decisions';
import { openEventStore } from '@kinledger/event-store';
import type { ExplanationWorkerData, ExplanationWorkerMessage } from './explanation-question.js';

/** Entry of a worker thread: explains one individual and ends. */

// `ExplanationWorkerData` by construction.
const { place, stream, subject, asAt } = workerData as ExplanationWorkerData;
const tell = (message: ExplanationWorkerMessage) => parentPort?.postMessage(message);
const PROGRESS_EVERY_MS = 300;
let toldAt = 0;

const store = openEventStore(place);
try {
  const explanation = await explainInLedger({
    ...{ store, stream, id: subject, asAt, signal: new AbortController().signal },
    onProgress: (done, total) => {
      if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = performance.now();
      tell({ kind: 'progress', done, total });
    },
  });
  tell({ kind: 'explained', individual: explanation.individual, json: JSON.stringify(explanation) });
} catch (error) {
  if (!isNotInLedger(error)) throw error;
  tell({ kind: 'not-in-ledger', message: error.message });
} finally {
  await store.close();
}
