/** What was signed before and what the ledger says now cannot both be true: nothing is signed until a person has looked. */
export interface CheckpointRefused extends Error {
  readonly code: 'checkpoint-refused';
}

export const isCheckpointRefused = (error: unknown): error is CheckpointRefused =>
  error instanceof Error && 'code' in error && error.code === 'checkpoint-refused';

export function checkpointRefused(why: string): CheckpointRefused {
  const error = Object.assign(new Error(why), { code: 'checkpoint-refused' as const });
  // What is wrong lies in the ledger or beside it, not where it was read.
  error.stack = `Error: ${why}`;
  return error;
}
