import { isVariable, type ConfigOf, type ConfigSchema, type Environment, type Variable } from './variable.js';

export interface ConfigurationWrong extends Error {
  readonly code: 'configuration-wrong';
  /** Every wrong variable, with what to do. Never a value. */
  readonly problems: readonly { readonly variable: string; readonly problem: string }[];
}

export const isConfigurationWrong = (error: unknown): error is ConfigurationWrong =>
  error instanceof Error && 'code' in error && error.code === 'configuration-wrong';

/**
 * Reads the environment once, as one typed and frozen object. An empty variable counts as absent.
 * @throws ConfigurationWrong listing every wrong variable at once with what to do, but no value, because a URL may
 * contain a password.
 */
export function readConfig<const S extends ConfigSchema>(schema: S, env: Environment): ConfigOf<S> {
  const problems: { variable: string; problem: string }[] = [];
  const config = readTree(schema, env, problems);
  if (problems.length > 0) throw configurationWrong(problems);
  // The tree has the schema's shape by construction, and each leaf was parsed by its variable's schema.
  return config as ConfigOf<S>;
}

function readTree(
  schema: ConfigSchema,
  env: Environment,
  problems: { variable: string; problem: string }[],
): object {
  const entries = Object.entries(schema).map(([name, entry]) => [
    name,
    isVariable(entry) ? readVariable(entry, env, problems) : readTree(entry, env, problems),
  ]);
  return Object.freeze(Object.fromEntries(entries)) as object;
}

function readVariable(
  entry: Variable<unknown>,
  env: Environment,
  problems: { variable: string; problem: string }[],
): unknown {
  const text = env[entry.name];
  const result = entry.schema.safeParse(text === '' ? undefined : text);
  if (!result.success) {
    const state = text === undefined || text === '' ? 'is not set' : 'is not valid';
    problems.push({ variable: entry.name, problem: `${state}: ${entry.hint}` });
    return undefined;
  }
  const refusal = entry.refuse?.(result.data, env);
  if (refusal !== undefined) problems.push({ variable: entry.name, problem: refusal });
  return result.data;
}

function configurationWrong(problems: ConfigurationWrong['problems']): ConfigurationWrong {
  const lines = problems.map(({ variable, problem }) => `  ${variable} ${problem}`);
  return Object.assign(new Error(`the environment is wrong:\n${lines.join('\n')}`), {
    code: 'configuration-wrong' as const,
    problems,
  });
}
