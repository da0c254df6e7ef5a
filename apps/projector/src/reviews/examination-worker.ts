import { parentPort, workerData } from 'node:worker_threads';
import { referralId } from '@kinledger/contracts';
import { ReferralExaminer } from '@kinledger/decisions';
import { openEventStore } from '@kinledger/event-store';
import type { ExaminationWorkerData, ExaminationWorkerMessage } from './examination.js';

/** Entry of a worker thread: examines one referral after another, until it is ended. A failure ends it. */

// `ExaminationWorkerData` by construction.
const { place, stream } = workerData as ExaminationWorkerData;
const examiner = new ReferralExaminer({ store: openEventStore(place), stream });
const { signal } = new AbortController();
parentPort?.on('message', (referral: string) => {
  void examiner.examine(referralId.parse(referral), signal).then((examined) => {
    parentPort?.postMessage({ examined, bytes: examiner.bytes } satisfies ExaminationWorkerMessage);
  });
});
