export { proposeColumns, type ColumnProposal } from './mapping/column-proposals.js';
export { footerSignsOf } from './mapping/footer-signs.js';
export {
  knownTitles,
  matchHeader,
  type ChosenTitles,
  type HeaderMapping,
  type HeaderMatch,
} from './mapping/header-mapping.js';
export { mapHeader } from './mapping/map-header.js';
export * from './mapping/saved-mapping.js';
export { UnmatchedValues, type UnmatchedField } from './mapping/unmatched-values.js';
export type { Delimiter } from './reading/delimiter.js';
export * from './reading/file-refused.js';
export type * from './reading/table-file.js';
export type * from './validation/date-order.js';
export * from './validation/column-reading.js';
export * from './validation/file-counts.js';
export * from './validation/finding.js';
export * from './validation/reason-to-refuse.js';
export * from './validation/row-validator.js';
export {
  identifierFormsFor,
  type KnownEmptyValueDigests,
  type ReadValue,
  type ValueForm,
} from './validation/value-form.js';
