import { placeKinds, rarityShares } from '../comparison/field-kind.js';
import type { FieldShape } from '../comparison/pattern-layout.js';
import { rounded, type Model } from './model.js';
import { classesFor, sourceOf, strata, type PairClass } from './pair-class.js';
import { typicalMatch, typicalStrangers } from './typical-levels.js';

/** Shares of classes other than unrelated, in units of one match per record. */
const typicalShares: Readonly<Record<PairClass, number>> = {
  match: 0.9,
  moved: 0.1,
  household: 0.5,
  housemate: 0.2,
  relative: 0.2,
  twin: 0.03,
  namesake: 0.5,
  unrelated: 0,
};

/**
 * The model before there are data: typical frequencies of a programme of so many records, of which half have a match.
 * @param fields what is compared; @param records how many records are linked.
 */
export function coldStartModel(fields: readonly FieldShape[], records: number): Model {
  const kinds = fields.map(({ kind }) => kind);
  const pairs = (records * Math.max(1, records - 1)) / 2;
  return {
    format: 'kin-model/1',
    name: 'cold-start',
    fields: fields.map(({ name, kind }) => ({ name, kind })),
    rarityShares: [...rarityShares],
    strata: strata.map((stratum) => {
      const classes = classesFor(kinds, stratum);
      const known = classes.filter((name) => name !== 'unrelated');
      const shares = known.map((name) => (typicalShares[name] * records) / 4 / pairs);
      const rest = Math.max(0.01, 1 - shares.reduce((all, share) => all + share, 0));
      return {
        stratum,
        candidates: 0,
        pairs,
        classes: classes.map((name) => ({
          class: name,
          share: rounded(name === 'unrelated' ? rest : Math.min(1, shares[known.indexOf(name)] ?? rest)),
          levels: kinds.map((kind) => [...typicalLevels(name, kind)].map(rounded)),
        })),
      };
    }),
  };
}

/** What a class shows of one kind of field before there are data. */
export function typicalLevels(name: PairClass, kind: FieldShape['kind']): Float64Array {
  const source = sourceOf(name, kind);
  switch (source) {
    case 'own':
      return sharesNothing(name, kind) ? typicalStrangers(kind) : typicalMatch(kind);
    case 'match':
      return typicalMatch(kind);
    case 'unrelated':
      return typicalStrangers(kind);
    case 'household':
      return typicalLevels('household', kind);
    case 'moved':
    case 'housemate':
    case 'relative':
    case 'twin':
    case 'namesake':
      throw new Error(`no class takes its levels from ${source}`);
    default:
      return source satisfies never;
  }
}

/** What a class begins with as strangers do. */
function sharesNothing(name: PairClass, kind: FieldShape['kind']): boolean {
  if (name === 'housemate') return !placeKinds.has(kind);
  if (name === 'relative') return placeKinds.has(kind);
  return name === 'unrelated' || name === 'twin';
}
