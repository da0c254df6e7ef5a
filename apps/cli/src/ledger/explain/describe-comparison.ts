import { missingTexts, outcomeTexts } from '@kinledger/decisions';
import type { CompetingRecord, LinkCondition, MatchWeights, ScoreBands } from '@kinledger/domain';
import { percent } from '../../output/output.js';
import { right, table } from '../../output/table.js';

const MILLIBITS = 1_000;
/** Classes that are less likely are not worth a word. */
const LIKELY = 0.001;

/** Bits to the last one that counts, so that the parts of a score add up as they are shown. */
export const bits = (millibits: number): string => (millibits / MILLIBITS).toFixed(3).replace('-', '−');
const signed = (millibits: number): string => (millibits > 0 ? `+${bits(millibits)}` : bits(millibits));

/** A comparison without the records that were compared; reviewers see of a rival no more than how near it comes. */
export interface ComparisonTold {
  readonly weights: MatchWeights;
  readonly conditions?: readonly LinkCondition[] | undefined;
  readonly bands?: ScoreBands | undefined;
  readonly rival?: (Pick<CompetingRecord, 'score'> & Partial<CompetingRecord>) | undefined;
}

/** How a score came about, as a table whose weights add up, and what the strategy asked. */
export function describeComparison({ weights, conditions, bands, rival }: ComparisonTold): string[] {
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
    ...(rival === undefined ? [] : [rivalText(rival, weights.score)]),
  ];
}

function rivalText(rival: NonNullable<ComparisonTold['rival']>, score: number): string {
  const margin = `${bits(rival.score)} bits: a margin of ${bits(score - rival.score)}`;
  if (rival.record === undefined || rival.of === undefined) return `the nearest rival scores ${margin}`;
  const whose = rival.individual === undefined ? '' : ` of individual ${rival.individual}`;
  return `nearest rival: record ${rival.record}${whose}, which with record ${rival.of} scores ${margin}`;
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
