import fc from 'fast-check';

/** Data with one change, for property tests of readers. */

export type Path = readonly (string | number)[];
export const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))]
    : [path];

/** The value with one place replaced or removed, or with an additional member there. */
export function changed(
  value: unknown,
  [step, ...rest]: Path,
  change: unknown,
  how: 'replace' | 'remove' | 'add',
): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) {
    return how === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value, unheardOf: change }
      : change;
  }
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  if (rest.length === 0 && how === 'remove') Reflect.deleteProperty(copy, step);
  else copy[step] = changed(copy[step], rest, change, how);
  return copy;
}

export const nasty = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '',
    '\u{1F600}'.repeat(70),
    'a'.repeat(121),
    '2023-13-45',
    '2023-10-09T09:30:00+01:00',
    -1,
  ),
  fc.constantFrom<unknown>(
    1e300,
    2 ** 53,
    0.5,
    -0,
    '00112233445566778899aabbccddeeff\n',
    'a\u2028b',
    'É',
    501,
  ),
);
