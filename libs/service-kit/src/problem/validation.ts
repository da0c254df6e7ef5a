import { StandardSchemaValidationPipe } from '@nestjs/common';
import { Problem, type ProblemDetail } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: unknown;
}

/**
 * Validates `@Body({ schema })`, `@Query({ schema })`, `@Param({ schema })` with the given zod schema, and passes the
 * parsed value on. An invalid value is a 400 that names every wrong place, without repeating a value.
 */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues) =>
      new Problem(400, 'validation-failed', {
        detail: 'Parts of the request are invalid. Each is listed under errors.',
        errors: issues.slice(0, 50).map(describe),
      }),
  });

function describe(issue: Issue): ProblemDetail {
  const path = (issue.path ?? []).map((segment) => {
    const name = String(typeof segment === 'object' ? segment.key : segment);
    // The name of a property may itself be something that a person typed in the wrong place.
    return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : '?';
  });
  const message = issue.code === 'unrecognized_keys' ? 'has an unknown property' : issue.message;
  return { path: path.join('.') || '(whole)', message };
}
