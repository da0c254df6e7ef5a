import { parentPort, workerData } from 'node:worker_threads';
import { remedyByHighs } from '@kinledger/figures';
import type { RemedyQuestion } from './remedy-in-worker.js';

/** Entry of a worker thread: makes one published form safe and ends. */

// `RemedyQuestion` by construction.
const { published, services, context } = workerData as RemedyQuestion;
parentPort?.postMessage(await remedyByHighs(published, services, context));
