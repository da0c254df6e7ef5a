import { coldStartModel, hasRarities, levelsOf, RARITIES, type Model, type PairClass } from '@kinledger/kin';
import { comparedFields } from './compared-fields.js';

/** How often two records show the same first three letters of a given name. */
const sameFirstThree: Readonly<Record<PairClass, number>> = {
  match: 0.96,
  moved: 0.96,
  household: 0.008,
  housemate: 0.008,
  relative: 0.008,
  twin: 0.02,
  namesake: 0.96,
  unrelated: 0.008,
};
/** Stands for levels that a pair cannot have: a model has no probability of 0. */
const NEVER = 1e-9;

/**
 * The model of `kin-1` before a programme has one of its own: typical frequencies, as the engine ships them. The linker
 * keeps no frequencies of values, so that the rarities of a name count as one.
 * @param records about how many records of people the programme has.
 */
export function coldStartOf(records: number): Model {
  const model = coldStartModel(
    comparedFields.map(({ name, kind }) => ({ name, kind })),
    records,
  );
  return {
    ...model,
    strata: model.strata.map((stratum) => ({
      ...stratum,
      classes: stratum.classes.map((one) => ({
        ...one,
        levels: one.levels.map((levels, field) => {
          const { name, kind } = comparedFields[field] as (typeof comparedFields)[number]; // one for each
          if (name === 'given-name-part') return firstThreeLevels(sameFirstThree[one.class]);
          return hasRarities(kind) ? withoutRarities(levels) : levels;
        }),
      })),
    })),
  };
}

/** The last of the rarities, which stands for all where frequencies are unknown, takes the others' probability. */
function withoutRarities(levels: readonly number[]): number[] {
  const all = levels.slice(1, RARITIES + 1).reduce((sum, level) => sum + level, 0);
  return levels.map((level, at) => (at === RARITIES ? all : at > 0 && at < RARITIES ? NEVER : level));
}

function firstThreeLevels(same: number): number[] {
  const levels = levelsOf.attribute.map(() => NEVER);
  levels[0] = 1;
  levels[RARITIES] = same;
  levels[levels.length - 1] = 1 - same;
  return levels;
}
