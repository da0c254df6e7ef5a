/** A backup or restore that cannot be carried out; the message is one sentence for the operator. */
export interface OperationRefused extends Error {
  readonly code: 'operation-refused';
}

export const operationRefused = (why: string): OperationRefused =>
  Object.assign(new Error(why), { code: 'operation-refused' as const });
