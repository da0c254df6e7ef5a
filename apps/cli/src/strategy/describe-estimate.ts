import type { EstimatedStratum, ScoreBand } from '@kinledger/domain';
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
export const describeEstimate = ({ model, before, strata, warnings }: LedgerEstimate, file: string): string =>
  [
    describeModel(model),
    ...strata.flatMap((stratum) => ['', describeStratum(stratum, before.inForce)]),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `Note: ${warning}.`)]),
    '',
    `It is in ${file}. Nothing uses it yet: to adopt it, put the file beside programme.json and name it as the`,
    `strategy’s model, { "file": "…" }. The ledger then records its hash.`,
  ].join('\n');

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
