import { WakeUp } from './wake-up.js';

/** Resolves after `ms`, or as soon as the signal aborts; it never rejects. */
export const pauseUnlessAborted = (ms: number, signal: AbortSignal): Promise<void> =>
  new WakeUp().wait({ ms, signal });

/** Whether a signal has aborted by now: the compiler believes that `aborted` stays as it was before an await. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;
