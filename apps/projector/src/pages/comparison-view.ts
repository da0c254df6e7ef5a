import { missingTexts, outcomeTexts, type ToldComparison } from '@kinledger/decisions';
import type { CompetingRecord, LinkCondition, MatchWeights, ScoreBands } from '@kinledger/domain';
import { waterfallCharts } from '@kinledger/page-kit';
import { titleOf } from '@kinledger/page-kit/names';
import { say, type Sentence } from './told.js';

const MILLIBITS = 1_000;
/** Classes that are less likely are not worth a word. */
const LIKELY = 0.001;
/** A page with more comparisons draws the first of them, and has the tables of all. */
const MAX_CHARTS = 12;

/** What a page shows of how a score came about: a sentence, a drawing, and a table of the same numbers. */
export interface ComparisonView {
  /** Names the table, among others of the page. */
  readonly id: string;
  readonly label: string;
  readonly finding: string;
  readonly start: string;
  readonly rows: readonly { readonly field: string; readonly level: string; readonly bits: string }[];
  readonly score: string;
  readonly model: string;
  readonly conditions: readonly { readonly name: string; readonly outcome: string }[];
  readonly bands: string | undefined;
  readonly rival: Sentence;
  readonly classes: readonly { readonly name: string; readonly share: string }[];
  readonly weights: MatchWeights;
  /** Drawn by `drawn`. */
  readonly svg?: string;
}

const fieldNames: Readonly<Record<string, string>> = {
  'nhs-number': 'NHS number',
  email: 'E-mail address',
  mobile: 'Mobile number',
  'given-name-part': 'Letters of the name',
};
const fieldName = (field: string): string => fieldNames[field] ?? titleOf(field);

/** A name within a sentence: small, unless it begins with an abbreviation. */
const inSentence = (name: string): string =>
  /^[A-Z][A-Z-]/.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);

const conditionNames: Readonly<Record<string, string>> = {
  score: 'The score is high enough',
  cluster: 'Both are in one group of records that are like each other',
  margin: 'No rival comes near',
};
const failureNames: Readonly<Record<string, string>> = {
  score: 'the score is too low',
  cluster: 'the two are in different groups of records',
  margin: 'a rival comes too near',
};
const failureName = (condition: string): string =>
  failureNames[condition] ?? `${inSentence(fieldName(condition))} does not agree`;
const conditionName = (condition: string): string =>
  conditionNames[condition] ?? `${fieldName(condition)} agrees`;

const classNames: Readonly<Record<string, string>> = {
  match: 'One person',
  moved: 'One person who moved',
  household: 'Two people of one household',
  housemate: 'Two people of one address',
  relative: 'Relatives',
  twin: 'Twins',
  namesake: 'Namesakes',
  unrelated: 'Strangers',
};

/** Bits to the last one that counts, so that the weights add up to the score as they are shown. */
export const bitsOf = (millibits: number): string => (millibits / MILLIBITS).toFixed(3).replace('-', '−');
const signed = (millibits: number): string => (millibits > 0 ? `+${bitsOf(millibits)}` : bitsOf(millibits));

/** @param id names the comparison among others of the page; `label` says to people which one it is. */
export function comparisonView(
  { weights, conditions = [], bands, rival }: ComparisonShown,
  { id, label }: { readonly id: string; readonly label: string },
): ComparisonView {
  const { start, fields, score, model, classes } = weights;
  return {
    ...{ id, label, weights, model },
    finding: findingOf(weights, conditions, bands),
    start: signed(start),
    rows: fields.map(({ field, level, weight, missing }) => ({
      field: fieldName(field),
      level: missing === undefined ? titleOf(level) : titleOf(missingTexts[missing]),
      bits: signed(weight),
    })),
    score: bitsOf(score),
    conditions: conditions.map(({ condition, outcome }) => ({
      name: conditionName(condition),
      outcome: titleOf(outcomeTexts[outcome]),
    })),
    bands:
      bands === undefined
        ? undefined
        : `A person looks at pairs from ${bitsOf(bands.review)} bits on. From ${bitsOf(bands.link)} bits on they are linked without a person, if all that is asked holds and no rival is nearer than ${bitsOf(bands.margin)} bits.`,
    rival: rival === undefined ? [] : rivalSentence(rival, score),
    classes: classes
      .filter(({ probability }) => probability >= LIKELY)
      .toSorted((one, other) => other.probability - one.probability)
      .map(({ class: name, probability }) => ({
        name: classNames[name] ?? titleOf(name),
        share: `${(probability * 100).toFixed(1)}%`,
      })),
  };
}

/** A comparison without the records that were compared; reviewers see of a rival no more than how near it comes. */
export interface ComparisonShown {
  readonly weights: MatchWeights;
  readonly conditions?: readonly LinkCondition[];
  readonly bands?: ScoreBands;
  readonly rival?: Pick<CompetingRecord, 'score'> & Partial<CompetingRecord>;
}

/** What is shown of a comparison as it was told. */
export const shownOf = ({ weights, conditions, bands, rival }: ToldComparison): ComparisonShown => ({
  weights,
  ...(conditions === undefined ? {} : { conditions }),
  ...(bands === undefined ? {} : { bands }),
  ...(rival === undefined ? {} : { rival }),
});

/** Such as “6.125 bits: birth date and postcode speak most for one person, gender against it. …” */
function findingOf(
  { fields, score }: MatchWeights,
  conditions: readonly LinkCondition[],
  bands: ScoreBands | undefined,
): string {
  const named = (list: MatchWeights['fields']) =>
    list.map(({ field }) => inSentence(fieldName(field))).join(' and ');
  const ranked = fields.toSorted((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
  const speakFor = ranked.filter(({ weight }) => weight > 0).slice(0, 2);
  const against = ranked.filter(({ weight }) => weight < 0).slice(0, 2);
  const parts = [
    ...(speakFor.length === 0
      ? []
      : [`${named(speakFor)} ${speakFor.length === 1 ? 'speaks' : 'speak'} most for one person`]),
    ...(against.length === 0 ? [] : [`${named(against)} most against it`]),
  ];
  const failed = conditions.filter(({ outcome }) => outcome === 'failed');
  const outcome =
    bands === undefined
      ? ''
      : failed.length === 0
        ? ' All that is asked before a link without a person holds.'
        : ` It is not linked without a person, because ${failed.map(({ condition }) => failureName(condition)).join(', and ')}.`;
  return `The score is ${bitsOf(score)} bits${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.${outcome}`;
}

function rivalSentence(rival: NonNullable<ComparisonShown['rival']>, score: number): Sentence {
  const lead = `${bitsOf(rival.score)} bits, a margin of ${bitsOf(score - rival.score)}`;
  if (rival.record === undefined || rival.of === undefined) return say`The nearest rival scores ${lead}`;
  const whose = rival.individual === undefined ? [] : say` of individual ${{ id: rival.individual }}`;
  return say`The nearest rival is record ${{ id: rival.record }}${whose}: with record ${{ id: rival.of }} it scores ${lead}`;
}

/** The comparisons with their drawings; of very many, the first are drawn, and all have their tables. */
export async function drawn(
  comparisons: readonly ComparisonView[],
): Promise<ReadonlyMap<string, ComparisonView>> {
  const all = await Promise.all(
    comparisons.map(async (comparison, at) =>
      at < MAX_CHARTS ? { ...comparison, svg: await chartOf(comparison) } : comparison,
    ),
  );
  return new Map(all.map((comparison) => [comparison.id, comparison]));
}

async function chartOf({ weights, label }: ComparisonView): Promise<string> {
  const bits = (millibits: number) => millibits / MILLIBITS;
  const { svg } = await waterfallCharts({
    title: `How the score of ${label} comes about, field by field, in bits`,
    description: 'The table that follows holds the same numbers.',
    decimals: 3,
    before: { name: 'Start', value: bits(weights.start) },
    changes: weights.fields
      .filter(({ weight }) => weight !== 0)
      .map(({ field, weight }) => ({ name: fieldName(field), change: bits(weight) })),
    after: { name: 'Score', value: bits(weights.score) },
  });
  return svg;
}
