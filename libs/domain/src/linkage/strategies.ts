import { NameFrequencies, readFrequencyTable, type Model } from '@kinledger/kin';
import { leap1, type Leap1Settings } from './leap-1/leap-1.js';
import { frequenciesMissing, kin1, modelIn, type Kin1Settings } from './kin-1/kin-1.js';
import type { Strategy } from './strategy.js';

/** The name and settings of a strategy, as a programme definition states them. */
export type StrategySettings = Leap1Settings | Kin1Settings;

/** @param frequencies the table that the strategy's model names; needed where rows are read. */
export function strategyOf(settings: StrategySettings, frequencies?: NameFrequencies): Strategy {
  switch (settings.name) {
    case 'leap-1':
      return leap1(settings);
    case 'kin-1':
      return kin1(settings, frequencies);
    default:
      return settings satisfies never;
  }
}

/** What `kin-1` begins with beside its limits and its model, as the guide to definitions gives it. */
export const firstBands = { maxHoldersPerKey: 100, reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 };

/**
 * The settings by which `kin-1` scores: those of the strategy, or, of one that does not score, its limits with the shipped model and the
 * first bands.
 * @param people about how many rows of people there are.
 */
export function scoringSettings(settings: StrategySettings, people: number): Kin1Settings {
  switch (settings.name) {
    case 'leap-1':
      return { ...settings, name: 'kin-1', model: { coldStart: Math.max(2, people) }, ...firstBands };
    case 'kin-1':
      return settings;
    default:
      return settings satisfies never;
  }
}

/** The settings of exact linkage alone under the limits of a strategy: whatever scores would add is left out. */
export function exactSettings({
  maxBirthDatesPerToken,
  maxCasesPerToken,
  maxHoldersPerToken,
  maxChildrenPerCarerToken,
}: StrategySettings): Leap1Settings {
  const limits = { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken };
  return { name: 'leap-1', ...limits };
}

/** The id of the table of name frequencies that a strategy's model names; undefined if it names none. */
export const nameTableOf = (settings: StrategySettings): string | undefined =>
  scoringModel(settings)?.frequencies;

/**
 * A strategy with its table of name frequencies.
 * @param bytes the table that {@link nameTableOf} asks for; undefined if it is not there, or none is asked for.
 * @throws FrequenciesMissing without it; ZodError if it is no table.
 */
export function strategyWithTable(settings: StrategySettings, bytes: Uint8Array | undefined): Strategy {
  const model = scoringModel(settings);
  if (model?.frequencies === undefined) return strategyOf(settings);
  if (bytes === undefined) throw frequenciesMissing(model);
  return strategyOf(settings, nameFrequenciesIn(model.frequencies, bytes));
}

/** The table of these bytes. @throws ZodError if it is none. */
export const nameFrequenciesIn = (id: string, bytes: Uint8Array): NameFrequencies =>
  new NameFrequencies(id, readFrequencyTable(JSON.parse(new TextDecoder().decode(bytes))));

/** The model by which a strategy scores; undefined if it does not score. */
export const scoringModel = (settings: StrategySettings): Model | undefined =>
  settings.name === 'kin-1' ? modelIn(settings) : undefined;
