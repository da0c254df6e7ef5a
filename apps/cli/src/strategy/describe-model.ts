import { modelHash, type Model } from '@kinledger/kin';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';
import { classShares, levelWeights } from './match-weights.js';

/** A model for people: its classes, and what each level of each field weighs, beside the weights of another model. */
export function describeModel(model: Model, against?: Model): string {
  const others = new Map(
    against?.strata.flatMap((stratum) =>
      levelWeights(against, stratum).map(
        ({ field, level, bits }) => [`${stratum.stratum} ${field} ${level}`, bits] as const,
      ),
    ),
  );
  const otherName = against === undefined ? [] : [right(`Bits in ${against.name}`), right('Moved by')];
  return [
    nameOf(model),
    ...(against === undefined ? [] : [`beside ${nameOf(against)}`]),
    ...model.strata.flatMap((stratum) => [
      '',
      `Pairs of two people of the role ${stratum.stratum}: about ${count(stratum.candidates)} compared of about ${count(stratum.pairs)}`,
      table(
        [{ title: 'What two records are' }, ...['Share of all pairs', 'Pairs'].map(right)],
        classShares(stratum).map(({ class: name, isOnePerson, share, pairs }) => [
          `  ${isOnePerson ? `${name} (one person)` : name}`,
          share.toExponential(2),
          count(Math.round(pairs)),
        ]),
      ),
      '',
      table(
        [
          ...[{ title: 'Field' }, { title: 'Level' }],
          ...['One person', 'Strangers', 'Bits'].map(right),
          ...otherName,
        ],
        levelWeights(model, stratum).map(({ field, level, onePerson, strangers, bits }) => {
          const other = others.get(`${stratum.stratum} ${field} ${level}`);
          const beside = other === undefined ? ['', ''] : [bitsText(other), bitsText(bits - other)];
          return [
            ...[`  ${field}`, level, shareText(onePerson), shareText(strangers), bitsText(bits)],
            ...(against === undefined ? [] : beside),
          ];
        }),
      ),
    ]),
  ].join('\n');
}

export const nameOf = (model: Model): string => `model ${model.name}, SHA-256 ${modelHash(model)}`;

const shareText = (share: number): string => `${(100 * share).toPrecision(3)} %`;
const bitsText = (bits: number): string => `${bits < 0 ? '−' : '+'}${Math.abs(bits).toFixed(1)}`;
