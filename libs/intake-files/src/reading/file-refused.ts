/** Why a whole file is refused. Each reason tells the sender what to do. */
export type RefusalReason =
  | 'empty-file'
  | 'no-rows'
  | 'no-header'
  | 'missing-columns'
  | 'duplicate-columns'
  | 'mapping-outdated'
  | 'too-many-columns'
  | 'too-many-rows'
  | 'field-too-long'
  | 'excel-file'
  | 'password-protected'
  | 'several-sheets'
  | 'formula-without-value'
  | 'workbook-damaged'
  | 'workbook-too-large'
  | 'binary-file'
  | 'utf-16-file'
  | 'nul-bytes'
  | 'unbalanced-quotes'
  | 'holds-the-salt'
  | 'body-too-large'
  | 'body-truncated'
  | 'body-too-slow';

/**
 * The refusal of a whole file, reported to its sender; `detail` holds no value of the file, and `places` no more than
 * titles of its columns.
 */
export interface FileRefused extends Error {
  readonly code: 'file-refused';
  readonly reason: RefusalReason;
  readonly detail: string;
  /** Several faults, each at a field of the schema. */
  readonly places: readonly { readonly path: string; readonly message: string }[];
}

export const isFileRefused = (error: unknown): error is FileRefused =>
  error instanceof Error && 'code' in error && error.code === 'file-refused';

export const fileRefused = (
  reason: RefusalReason,
  detail: string,
  places: FileRefused['places'] = [],
): FileRefused =>
  Object.assign(new Error(`the file is refused: ${reason}`), {
    code: 'file-refused' as const,
    reason,
    detail,
    places,
  });
