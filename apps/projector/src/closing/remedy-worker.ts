import { parentPort, workerData } from 'node:worker_threads';
import { highsSolver } from '@kinledger/disclosure';
import { remedied } from '@kinledger/figures';
import type { RemedyQuestion } from './remedy-in-worker.js';

/** Entry of a worker thread: makes one published form safe and ends. */

// `RemedyQuestion` by construction.
const { published, services, context } = workerData as RemedyQuestion;
parentPort?.postMessage(remedied(await highsSolver(), published, services, context));
