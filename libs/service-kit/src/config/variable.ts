import type { z } from 'zod';

/** One environment variable: its name, how its text is parsed, and what to do if it is missing or wrong. */
export interface Variable<T> {
  readonly kind: 'variable';
  readonly name: string;
  readonly schema: z.ZodType<T, string | undefined>;
  /** Tells a person what to set, e.g. "set it to a PostgreSQL URL". Shown if the variable is missing or wrong. */
  readonly hint: string;
  /** Refuses a well-formed value that conflicts with other variables. Returns the reason, never a value. */
  refuse?(value: T, env: Environment): string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A tree of variables, with the shape of the configuration object that is read from it. */
export interface ConfigSchema {
  readonly [name: string]: Variable<unknown> | ConfigSchema;
}

/** The typed configuration object of a schema. */
export type ConfigOf<S> =
  S extends Variable<infer T>
    ? T
    : { readonly [K in keyof S]: S[K] extends undefined ? never : ConfigOf<S[K]> };

/** Declares one environment variable. */
export const variable = <T>(
  name: string,
  schema: z.ZodType<T, string | undefined>,
  hint: string,
  refuse?: (value: T, env: Environment) => string | undefined,
): Variable<T> => ({ kind: 'variable', name, schema, hint, ...(refuse === undefined ? {} : { refuse }) });

export const isVariable = (entry: Variable<unknown> | ConfigSchema): entry is Variable<unknown> =>
  entry.kind === 'variable';
