import { levelsOf, log2, samePerson, type Model, type StratumModel } from '@kinledger/kin';

/** What one level of a field says in a stratum. */
export interface LevelWeight {
  readonly field: string;
  readonly level: string;
  /** The place of field and level in a pattern. */
  readonly place: { readonly field: number; readonly level: number };
  /** How often pairs of one person have the level, and pairs of strangers. */
  readonly onePerson: number;
  readonly strangers: number;
  /** log2 of the first over the second: how far the level moves a score between these two classes, in bits. */
  readonly bits: number;
}

/** Below this, a level stands for one that no pair has. */
const NEVER = 1e-6;

/** The weights of all levels that pairs of a stratum can have, in the order of fields and levels. */
export const levelWeights = ({ fields }: Model, stratum: StratumModel): readonly LevelWeight[] => {
  const [one, other] = (['match', 'unrelated'] as const).map((name) =>
    stratum.classes.find((each) => each.class === name),
  );
  return fields.flatMap(({ name, kind }, field) =>
    levelsOf[kind].flatMap((level, at): LevelWeight[] => {
      const [onePerson, strangers] = [one, other].map((each) => each?.levels[field]?.[at] ?? 1) as [
        number,
        number,
      ];
      if (at === 0 || (onePerson < NEVER && strangers < NEVER)) return [];
      const bits = log2(onePerson / strangers);
      return [{ field: name, level, place: { field, level: at }, onePerson, strangers, bits }];
    }),
  );
};

/** What two records can be to each other, with the share of all pairs of a stratum, and how many pairs that is. */
export interface ClassShare {
  readonly class: string;
  readonly isOnePerson: boolean;
  readonly share: number;
  readonly pairs: number;
}

export const classShares = ({ classes, pairs }: StratumModel): readonly ClassShare[] =>
  classes.map(({ class: name, share }) => ({
    ...{ class: name, isOnePerson: samePerson.has(name), share },
    pairs: share * pairs,
  }));
