import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ChosenStrategy } from '@kinledger/programme';

/** Which definition a start uses. */
export interface ChosenDefinition {
  readonly named: string;
  /** Whether the home keeps a copy of it, for later starts. */
  readonly becomesOwn: boolean;
}

interface Wishes {
  readonly programme?: string;
  readonly strategy?: ChosenStrategy;
  readonly fresh?: boolean;
}

/**
 * The definition that the option names, else the variable, else the home's own, else the one of this checkout. A home that
 * has its own keeps a copy of what is named: a later start that names nothing would go back to an older one otherwise.
 * @param own folder of the home's own definition, which may not exist.
 */
export function chooseDefinition(
  own: string,
  { programme, strategy, fresh = false }: Wishes,
  { KINLEDGER_PROGRAMME_DIR: variable }: NodeJS.ProcessEnv,
  leap: string,
): ChosenDefinition {
  const hasOwn = existsSync(own);
  const wished = programme ?? (variable === '' ? undefined : variable);
  const named = resolve(wished ?? (hasOwn && !fresh ? own : leap));
  const isOwn = hasOwn && existsSync(named) && realpathSync(named) === realpathSync(own);
  // What is deleted with the home's data, and named all the same, is kept.
  return { named, becomesOwn: strategy !== undefined || (fresh ? isOwn : hasOwn && !isOwn) };
}
