export * from './assess-linkage.js';
export * from './bound-count.js';
export * from './draw-sample.js';
export type { Interval, Measured } from './interval.js';
export { wilson } from './interval.js';
export type { JudgedRecord } from './judged-records.js';
export { measureNames, type MeasureName } from './measures.js';
export type { Measures } from './resample-people.js';
export * from './stratified-share.js';
