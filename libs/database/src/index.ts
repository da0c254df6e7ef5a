export * from './binary-copy.js';
export * from './copy.js';
export * from './migrate.js';
export * from './outage.js';
export * from './packed-bytes.js';
export * from './pool.js';
export * from './provision.js';
export * from './roles.js';
export { thisRelease, type Release } from './release.js';
