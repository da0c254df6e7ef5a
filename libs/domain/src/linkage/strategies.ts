import { leap1, type Leap1Settings } from './leap-1/leap-1.js';
import type { Strategy } from './strategy.js';

/** The name and settings of a strategy, as a programme definition states them. */
export type StrategySettings = Leap1Settings;

export const strategyOf = (settings: StrategySettings): Strategy => leap1(settings);
