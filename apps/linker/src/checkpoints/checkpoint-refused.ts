/** An earlier checkpoint contradicts the ledger: nothing is signed until a person has investigated. */
export interface CheckpointRefused extends Error {
  readonly code: 'checkpoint-refused';
}

export const isCheckpointRefused = (error: unknown): error is CheckpointRefused =>
  error instanceof Error && 'code' in error && error.code === 'checkpoint-refused';

export function checkpointRefused(why: string): CheckpointRefused {
  const error = Object.assign(new Error(why), { code: 'checkpoint-refused' as const });
  // The fault is in the ledger or beside it, so the call stack is no help.
  error.stack = `Error: ${why}`;
  return error;
}
