export { likelyTitles, type ColumnKind, type LikelyIdentifier } from './column-kinds.js';
export type { CellOddity, ColumnFacts, CountedValue } from './column-profile.js';
export { compareProfiles, type EarlierProfile, type ProfileComparison } from './compare-profiles.js';
export { FileProfiler, type FileProfile, type ProfiledColumn, type ProfileFinding } from './file-profile.js';
