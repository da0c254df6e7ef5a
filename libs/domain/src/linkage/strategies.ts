import { leap1, type Leap1Settings } from './leap-1/leap-1.js';
import { kin1, type Kin1Settings } from './kin-1/kin-1.js';
import type { Strategy } from './strategy.js';

/** The name and settings of a strategy, as a programme definition states them. */
export type StrategySettings = Leap1Settings | Kin1Settings;

export function strategyOf(settings: StrategySettings): Strategy {
  switch (settings.name) {
    case 'leap-1':
      return leap1(settings);
    case 'kin-1':
      return kin1(settings);
    default:
      return settings satisfies never;
  }
}
