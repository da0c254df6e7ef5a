import { nameOf } from '../publication.js';

/** This program does not have a definition that a quarter was closed with. */
export interface DefinitionMissing extends Error {
  readonly code: 'definition-missing';
}

export const isDefinitionMissing = (error: unknown): error is DefinitionMissing =>
  error instanceof Error && 'code' in error && error.code === 'definition-missing';

/** The value of that name and version. @throws DefinitionMissing */
export function foundIn<Named extends { readonly id: string; readonly version: number }>(
  all: readonly Named[],
  name: string,
): Named {
  const found = all.find((each) => nameOf(each) === name);
  if (found !== undefined) return found;
  throw Object.assign(
    new Error(`this program does not have ${name}: use the version that closed the quarter`),
    {
      code: 'definition-missing' as const,
    },
  );
}
