import type { Model } from '@kinledger/kin';
import { leap1, type Leap1Settings } from './leap-1/leap-1.js';
import { kin1, modelIn, type Kin1Settings } from './kin-1/kin-1.js';
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

/** What a programme begins with that has no settings of its own: those of the guide to definitions. */
const usualBands = { maxHoldersPerKey: 100, reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 };

/**
 * The settings by which `kin-1` scores: those of the strategy, or, of one that does not score, its limits with the shipped model and the
 * usual bands.
 * @param people about how many rows of people there are.
 */
export function scoringSettings(settings: StrategySettings, people: number): Kin1Settings {
  switch (settings.name) {
    case 'leap-1':
      return { ...settings, name: 'kin-1', model: { coldStart: Math.max(2, people) }, ...usualBands };
    case 'kin-1':
      return settings;
    default:
      return settings satisfies never;
  }
}

/** The model by which a strategy scores; undefined if it does not score. */
export const scoringModel = (settings: StrategySettings): Model | undefined =>
  settings.name === 'kin-1' ? modelIn(settings) : undefined;
