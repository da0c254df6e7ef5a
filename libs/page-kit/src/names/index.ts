export { datasetName, namedDataTypes, type DatasetOfService } from './dataset-names.js';
export { ageName, dayName, instantName } from './dates.js';
export { findingName, namedFieldRules, namedRowRules } from './finding-names.js';
export { capitalised, titleOf, wordsOf } from './readable-code.js';
export { namedReasons, reasonName } from './reason-names.js';
export { byRowName, namedRows, rowName } from './row-names.js';
export { namedStates, stateColour, stateName } from './state-names.js';
