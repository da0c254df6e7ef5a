export { writeArchive, type WrittenArchive } from './archive.js';
export type { ExtractRow } from './cells.js';
export { certificateOf } from './certificate.js';
export { permissionOf, type PermittedDataset } from './permission.js';
export { queryOf } from './queries.js';
export { dataOutputSpecification, type DataOutputSpecification } from './specification.js';
export { hmacBlocks, newStudyKey, pseudonymOf } from './study-key.js';
export { tablesOf, type ExtractTable } from './tables.js';
