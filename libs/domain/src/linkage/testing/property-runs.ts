// Domain code does no I/O, not even in its tests: the environment is a value like any other.
const { env = {} } =
  (globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } })
    .process ?? {};

/**
 * How often a property is tried, and from which seed: the same histories each time, so that a run can be repeated. For
 * long runs over others, set KINLEDGER_PROPERTY_FACTOR (a multiple of the usual count) and KINLEDGER_PROPERTY_SEED.
 */
export const runs = (count: number) => ({
  numRuns: Math.ceil(count * Number(env['KINLEDGER_PROPERTY_FACTOR'] ?? 1)),
  seed: Number(env['KINLEDGER_PROPERTY_SEED'] ?? 20_231_001),
});
