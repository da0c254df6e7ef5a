// Domain code does no I/O, not even in its tests: the environment is read as a global value.
const { env = {} } =
  (globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } })
    .process ?? {};

/**
 * How often to try a property, and from which seed. The histories are the same each time, so a run can be repeated. For
 * long runs over other histories, set KINLEDGER_PROPERTY_FACTOR (a multiple of the usual count) and
 * KINLEDGER_PROPERTY_SEED.
 */
export const runs = (count: number) => ({
  numRuns: Math.ceil(count * Number(env['KINLEDGER_PROPERTY_FACTOR'] ?? 1)),
  seed: Number(env['KINLEDGER_PROPERTY_SEED'] ?? 20_231_001),
});
