/** A backup or a restore that cannot be made as it was asked for: one sentence for the operator. */
export interface OperationRefused extends Error {
  readonly code: 'operation-refused';
}

export const operationRefused = (why: string): OperationRefused =>
  Object.assign(new Error(why), { code: 'operation-refused' as const });
