import process from 'node:process';

/**
 * How often a property is tried, and from which seed: the same histories each time, so that a run can be repeated. For
 * long runs over others, set KINLEDGER_PROPERTY_FACTOR (a multiple of the usual count) and KINLEDGER_PROPERTY_SEED.
 */
export const runs = (count: number) => ({
  numRuns: count * Number(process.env.KINLEDGER_PROPERTY_FACTOR ?? 1),
  seed: Number(process.env.KINLEDGER_PROPERTY_SEED ?? 20_231_001),
});
