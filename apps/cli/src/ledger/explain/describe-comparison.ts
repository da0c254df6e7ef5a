import { missingTexts, outcomeTexts, type ToldComparison } from '@kinledger/decisions';
import type { LinkCondition, MatchWeights } from '@kinledger/domain';
import { percent } from '../../output/output.js';
import { right, table } from '../../output/table.js';

const MILLIBITS = 1_000;
/** Classes that are less likely are not worth a word. */
const LIKELY = 0.001;

/** Bits to the last one that counts, so that the parts of a score add up as they are shown. */
export const bits = (millibits: number): string => (millibits / MILLIBITS).toFixed(3).replace('-', '−');
const signed = (millibits: number): string => (millibits > 0 ? `+${bits(millibits)}` : bits(millibits));

/** How a score came about, as a table whose weights add up, and what the strategy asked. */
export function describeComparison({
  weights,
  conditions,
  bands,
  rival,
}: Omit<ToldComparison, 'records'>): string[] {
  return [
    ...weightsTable(weights),
    `it is ${likelyClasses(weights)}`,
    ...(conditions === undefined
      ? []
      : [`asked before a score links without a person: ${conditions.map(conditionText).join('; ')}`]),
    ...(bands === undefined
      ? []
      : [
          `a pair is looked at by a person from ${bits(bands.review)} bits on, and linked from ${bits(bands.link)} on, if it is ${bits(bands.margin)} above every rival`,
        ]),
    ...(rival === undefined
      ? []
      : [
          `nearest rival: record ${rival.record}${rival.individual === undefined ? '' : ` of individual ${rival.individual}`}, which scores ${bits(rival.score)} bits with record ${rival.of}: a margin of ${bits(weights.score - rival.score)}`,
        ]),
  ];
}

function weightsTable({ start, fields, score }: MatchWeights): string[] {
  const rows = fields.map(({ field, level, weight, missing }) => [
    ...[field, missing === undefined ? level : missingTexts[missing], signed(weight)],
  ]);
  const text = table(
    [{ title: 'Field' }, { title: 'Agreement' }, right('Bits')],
    [['start', 'before anything is compared', signed(start)], ...rows, ['score', '', signed(score)]],
  );
  return text.split('\n');
}

export const conditionText = ({ condition, outcome }: LinkCondition): string =>
  `${condition} ${outcomeTexts[outcome]}`;

const likelyClasses = ({ classes }: MatchWeights): string =>
  classes
    .filter(({ probability }) => probability >= LIKELY)
    .toSorted((one, other) => other.probability - one.probability)
    .map(
      ({ class: name, isOnePerson, probability }) =>
        `${name}${isOnePerson ? ' (one person)' : ''} with a probability of ${percent(probability)}`,
    )
    .join(', ');
