import { strategyOf } from '@kinledger/domain';
import { z } from 'zod';
import type { ProgrammeDefinition } from './definition/definition.js';
import type { Report } from './problem.js';

/** Reports a strategy that cannot compare anything, or whose model is none of this release. */
export function checkStrategy({ strategy, derivations }: ProgrammeDefinition, report: Report): void {
  if (strategy.name !== 'kin-1') return;
  if (derivations === undefined)
    report('strategy', 'strategy "kin-1" compares derived tokens: set derivations to "op-kin-1"');
  try {
    strategyOf(strategy);
  } catch (error) {
    report('strategy.model', error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
}
