import { remedyByHighs, type RemedyOf } from '@kinledger/figures';

/** The remedy in the thread of the test: tests run the sources, and a thread would need what is built of them. */
export const remedyHere: RemedyOf = remedyByHighs;
