export { generateProgramme, DEFAULT_END_PERIOD } from './generate-programme.js';
export type { SyntheticOptions, SyntheticProgramme } from './generate-programme.js';
export * from './generation-errors.js';
export type { SyntheticFile } from './plan.js';
export type * from './reach-tally.js';
export type { SyntheticPerson, SyntheticRow } from './synthetic-item.js';
export * from './write-programme.js';
export { dataProfiles, type DataProfile } from './case-faults.js';
