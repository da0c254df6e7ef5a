import type { z } from 'zod';

/** One environment variable: its name, how its text is read, and what to do when it is missing or wrong. */
export interface Variable<T> {
  readonly kind: 'variable';
  readonly name: string;
  readonly schema: z.ZodType<T, string | undefined>;
  /** What a person should set, e.g. "set it to a PostgreSQL URL". Shown when the variable is missing or wrong. */
  readonly hint: string;
  /** Refuses a value that is well formed but wrong beside the others. Returns the reason, never a value. */
  refuse?(value: T, env: Environment): string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables in a tree of names: the shape of the configuration object that is read from them. */
export interface ConfigSchema {
  readonly [name: string]: Variable<unknown> | ConfigSchema;
}

/** The typed object that a schema reads as. */
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
