/** Where two values of JSON first differ, and what each has there. */
export interface ValueDifference {
  /** Members and places, such as `data.placements[3].individual`; empty for the values as a whole. */
  readonly at: string;
  readonly recorded: unknown;
  readonly recomputed: unknown;
}

/** Walks two values of JSON side by side, members by name. @returns undefined where they are equal. */
export function firstDifference(
  recorded: unknown,
  recomputed: unknown,
  at = '',
): ValueDifference | undefined {
  if (Object.is(recorded, recomputed)) return undefined;
  if (!isContainer(recorded) || !isContainer(recomputed)) return { at, recorded, recomputed };
  if (Array.isArray(recorded) !== Array.isArray(recomputed)) return { at, recorded, recomputed };
  const names = new Set([...Object.keys(recorded), ...Object.keys(recomputed)]);
  for (const name of Array.isArray(recorded) ? names : [...names].sort()) {
    const place = Array.isArray(recorded) ? `${at}[${name}]` : at === '' ? name : `${at}.${name}`;
    const found = firstDifference(recorded[name], recomputed[name], place);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
