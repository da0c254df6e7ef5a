import { leap1, type Leap1Settings } from './leap-1/leap-1.js';
import type { Strategy } from './strategy.js';

/** A strategy as a programme definition chooses it: its name and its settings. */
export type StrategySettings = Leap1Settings;

/** The strategy that a programme definition names. */
export const strategyOf = (settings: StrategySettings): Strategy => leap1(settings);
