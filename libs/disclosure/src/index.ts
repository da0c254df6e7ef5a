export * from './audit.js';
export * from './components.js';
export * from './highs-solver.js';
export * from './highs-version.js';
export * from './release.js';
export * from './solver.js';
export * from './suppress.js';
