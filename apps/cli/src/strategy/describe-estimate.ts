import type { EstimatedStratum, ScoreBand } from '@kinledger/domain';
import { FEWEST_HOLDERS, type FrequencyTable } from '@kinledger/kin';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';
import { describeModel } from './describe-model.js';
import type { LedgerEstimate } from './estimate-model.js';

const bandNames: Readonly<Record<ScoreBand, string>> = {
  apart: 'below review',
  review: 'for review',
  link: 'high enough for a link',
};
const bands = ['apart', 'review', 'link'] as const satisfies readonly ScoreBand[];

/** A model that was estimated, for whoever reviews it before it is adopted. */
export const describeEstimate = (
  { model, before, frequencies, strata, warnings }: LedgerEstimate,
  file: string,
): string =>
  [
    describeModel(model),
    ...strata.flatMap((stratum) => ['', describeStratum(stratum, before.inForce)]),
    ...(frequencies === undefined ? [] : ['', describeFrequencies(frequencies)]),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `Note: ${warning}.`)]),
    '',
    `It is in ${file}. Nothing uses it yet: to adopt it, put the file beside programme.json and name it as the`,
    `strategy’s model, { "file": "…" }. The ledger then records its hash.`,
  ].join('\n');

/** How many values are common; never which. */
const describeFrequencies = ({ fields }: FrequencyTable): string =>
  [
    `How many values ${FEWEST_HOLDERS} people or more have, and how many rows have a value at all. All other values count as very rare. The table is beside the ledger.`,
    table(
      [{ title: '  Field' }, ...['Rows', ...commonness].map(right)],
      Object.entries(fields).map(([field, { rows, tokens }]) => [
        `  ${field}`,
        count(rows),
        ...commonness.map((_, at) => count(tokens.filter(([, rarity]) => rarity === at + 2).length)),
      ]),
    ),
  ].join('\n');

const commonness = ['Rare', 'Uncommon', 'Common', 'Very common'];

function describeStratum(
  { stratum, records, candidates, isEstimated, ...found }: EstimatedStratum,
  inForce: boolean,
): string {
  const other = inForce ? 'the model in force' : 'the model that the engine ships';
  return [
    `Rows of the role ${stratum}: ${count(records)}, ${count(candidates)} pairs under a candidate key${isEstimated ? '' : '; too few to estimate'}`,
    `  of one person: about ${count(Math.round(found.expectedMatches))} (${other}: ${count(Math.round(found.expectedBefore))})`,
    `  scores move by ${millibits(found.medianMove)} bits at the median, and by ${millibits(found.furthestMove)} at most`,
    table(
      [{ title: `  by ${other}` }, ...bands.map((band) => right(bandNames[band]))],
      bands.map((from) => [`  ${bandNames[from]}`, ...bands.map((to) => count(found.moves[from][to]))]),
    ),
  ].join('\n');
}

const millibits = (score: number): string => `${score < 0 ? '−' : '+'}${(Math.abs(score) / 1000).toFixed(1)}`;
