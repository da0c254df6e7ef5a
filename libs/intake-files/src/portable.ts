export * from './mapping/header-mapping.js';
export type { Delimiter } from './reading/delimiter.js';
export * from './reading/file-refused.js';
export type * from './reading/table-file.js';
export type * from './validation/date-order.js';
export * from './validation/column-reading.js';
export * from './validation/finding.js';
export * from './validation/row-validator.js';
export {
  identifierFormsFor,
  type KnownEmptyValueDigests,
  type ReadValue,
  type ValueForm,
} from './validation/value-form.js';
