import { parentPort, workerData } from 'node:worker_threads';
import { referralId } from '@kinledger/contracts';
import { examineReferral } from '@kinledger/decisions';
import { openEventStore } from '@kinledger/event-store';
import type { ExaminationWorkerData, ExaminationWorkerMessage } from './examination.js';

/** Entry of a worker thread: examines one referral and ends. */

// `ExaminationWorkerData` by construction.
const { place, stream, referral } = workerData as ExaminationWorkerData;
const store = openEventStore(place);
try {
  const examined = await examineReferral({
    ...{ store, stream, referral: referralId.parse(referral), signal: new AbortController().signal },
  });
  parentPort?.postMessage({ examined } satisfies ExaminationWorkerMessage);
} finally {
  await store.close();
}
