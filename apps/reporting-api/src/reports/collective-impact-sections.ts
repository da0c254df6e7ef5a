import { collectiveImpact, impactCohort, impactLinkage, nameOf, SUPPRESSED } from '@kinledger/figures';
import type { ForestChart, RatioEstimate } from '@kinledger/page-kit';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { TheoryOfChange } from '../figures/theory-of-change.js';
import type { ReportRow, ReportSection, ReportTable } from './report.js';
import { number, shareOf, sumOf } from './shares.js';
import { cellOf, statusOf, valueOf, type Counted } from './statuses.js';

/** What collective impact is told from: the same period of each figure. */
export interface ImpactAnswers {
  readonly cohort: FigureRowsAnswer;
  readonly linkage: FigureRowsAnswer;
  readonly impact: FigureRowsAnswer;
}

type ImpactOutcome = NonNullable<TheoryOfChange['collectiveImpact']>[number];

/** Groups of children by the services that their family had used before, in the order of a report. */
const groups: readonly (readonly [group: string, name: string])[] = [
  ['none', 'No service (the comparison)'],
  ['any', 'Any service'],
  ['1', '1 service'],
  ['2', '2 services'],
  ['3+', '3 or more services'],
  ['universal', 'Universal services only'],
  ['targeted', 'A targeted service'],
];
const exposed = groups.filter(([group]) => group !== 'none');

const adjustment =
  'deprivation quintile of the residence and ethnic group in five, unknown ones as strata of their own (Mantel-Haenszel)';

/** A section for each outcome of collective impact that the programme’s definition names. */
export function collectiveImpactSections(
  outcomes: readonly ImpactOutcome[],
  answers: ImpactAnswers,
  of: { readonly label: string; readonly measures: TheoryOfChange['measures'] },
): readonly ReportSection[] {
  if (outcomes.length === 0)
    return [
      {
        id: 'impact-none',
        title: 'Outcomes',
        finding: 'The programme’s definition names no outcomes of collective impact.',
        tables: [],
      },
    ];
  return [...outcomes.map((outcome) => outcomeSection(outcome, answers, of)), readingSection];
}

function outcomeSection(
  outcome: ImpactOutcome,
  answers: ImpactAnswers,
  { label, measures }: { readonly label: string; readonly measures: TheoryOfChange['measures'] },
): ReportSection {
  const id = `impact-${outcome.id}`;
  const rowsOf = ({ rows }: FigureRowsAnswer): readonly Counted[] =>
    rows.filter((row) => row['outcome'] === outcome.id);
  const linkage = rowsOf(answers.linkage);
  const [cohort] = rowsOf(answers.cohort);
  if (cohort === undefined)
    return {
      ...{ id, title: outcome.name, tables: [] },
      finding: `${label}: no data collected. No file holds a score of ${outcome.name}.`,
    };
  const impact = new Map(rowsOf(answers.impact).map((row) => [String(row['group']), row]));
  return {
    ...{ id, title: outcome.name, finding: impactFinding(outcome.name, impact) },
    forest: impactForest(outcome.name, impact),
    tables: [
      associationTable(outcome.name, impact, answers.impact),
      groupsTable(outcome.name, impact, answers.impact),
      cohortTable(outcome.name, cohort, linkage, answers.cohort),
      linkageTable(outcome.name, linkage, answers.linkage, (measure) => {
        const known = measures.find((each) => each.id === measure);
        return known?.name ?? measure;
      }),
    ],
  };
}

/** What the ratios say, in one sentence: an association or none, never an effect. */
export function impactFinding(name: string, impact: ReadonlyMap<string, Counted>): string | undefined {
  const [any, none] = [impact.get('any'), impact.get('none')];
  const [shares, others] = [any, none].map((row) => valueOf(row, 'achievedPercent'));
  const [people, othersPeople] = [any, none].map((row) => valueOf(row, 'people'));
  if (people == null || othersPeople == null || shares == null || others == null)
    return [any, none].some((row) => (row?.suppressed.length ?? 0) > 0)
      ? undefined
      : `${name}: nothing can be compared, since there are no children with a result ${people == null ? 'whose family had used a service before' : 'whose family had used no service'}.`;
  const told = `${name}: achieved by ${shares.toFixed(1)} % of ${children(people)} whose family had used a service before, and by ${others.toFixed(1)} % of ${children(othersPeople)} whose family had used none.`;
  const ratio = estimateOf(any, 'adjustedRiskRatio');
  if (ratio === null) return `${told} No adjusted ratio can be told of so few.`;
  const { value, interval } = textOf(ratio);
  const says = `(adjusted risk ratio ${value}, 95 % interval ${interval})`;
  const meaning = meaningOf(ratio);
  return meaning === NONE
    ? `${told} No association found ${says}.`
    : `${told} Using services is associated with achieving it ${meaning === MORE ? 'more' : 'less'} often ${says}.`;
}

const children = (count: number): string => (count === 1 ? 'one child' : `${number(count)} children`);

const NONE = 'No association found';
const MORE = 'Associated: more often';
const LESS = 'Associated: less often';

/** An interval that includes 1 finds nothing, whatever the ratio is. */
export function meaningOf({ low, high }: RatioEstimate): string {
  if (low <= 1 && high >= 1) return NONE;
  return low > 1 ? MORE : LESS;
}

export function estimateOf(row: Counted | undefined, name: string): RatioEstimate | null {
  const [ratio = null, low = null, high = null] = ['', 'Low', 'High'].map((end) =>
    valueOf(row, `${name}${end}`),
  );
  return ratio === null || low === null || high === null ? null : { ratio, low, high };
}

/** With as many decimals as it takes to tell an end from 1. */
function textOf({ ratio, low, high }: RatioEstimate): { readonly value: string; readonly interval: string } {
  const decimals = [low, high].some((end) => end !== 1 && end.toFixed(2) === '1.00') ? 3 : 2;
  return {
    value: ratio.toFixed(decimals),
    interval: `${low.toFixed(decimals)} to ${high.toFixed(decimals)}`,
  };
}

export const cellOfRatio = (estimate: RatioEstimate): string => {
  const { value, interval } = textOf(estimate);
  return `${value} (${interval})`;
};

function impactForest(name: string, impact: ReadonlyMap<string, Counted>): ForestChart | undefined {
  const shown: ForestChart['groups'] = exposed.map(([group, text]) => {
    const row = impact.get(group);
    return {
      name: text,
      estimates: [estimateOf(row, 'riskRatio'), estimateOf(row, 'adjustedRiskRatio')],
      unknown: (row?.suppressed.length ?? 0) > 0 ? SUPPRESSED : 'Not known',
    };
  });
  if (shown.every(({ estimates }) => estimates.every((estimate) => estimate === null))) return undefined;
  return {
    title: `Association of ${name} with services used: risk ratios`,
    description:
      'Risk ratios with 95 % intervals on a logarithmic scale, not adjusted and adjusted, group by group, against children whose family had used no service. At 1 the groups do not differ. The table that follows holds the same figures.',
    series: ['Not adjusted', 'Adjusted'],
    groups: shown,
  };
}

const about = ({ position, disclosure }: FigureRowsAnswer) => ({ position, disclosure });

function groupsTable(
  name: string,
  impact: ReadonlyMap<string, Counted>,
  answer: FigureRowsAnswer,
): ReportTable {
  const people = sumOf(['none', 'any'].map((group) => valueOf(impact.get(group), 'people') ?? 0));
  return {
    caption: `${name}, by services used before`,
    heads: ['Services that the family had used', 'Children', 'Achieved it', 'Share', '95 % interval'],
    rows: groups.map(([group, text]): ReportRow => {
      const row = impact.get(group);
      const [low, high] = ['achievedPercentLow', 'achievedPercentHigh'].map((end) => valueOf(row, end));
      const share = valueOf(row, 'achievedPercent');
      return {
        name: text,
        cells: [
          ...['people', 'achieved'].map((column) => (row === undefined ? 0 : cellOf(row, column))),
          share === null ? cellOf(row, 'achievedPercent') : `${share.toFixed(1)} %`,
          low == null || high == null
            ? cellOf(row, 'achievedPercentLow')
            : `${low.toFixed(1)} % to ${high.toFixed(1)} %`,
        ],
        status: row === undefined ? 'No child in the group' : statusOf(row, ['people', 'achieved']),
        isWhole: group === 'any',
      };
    }),
    definition: `${nameOf(collectiveImpact)}: ${collectiveImpact.title}. Services that the family had used before the day of the score; interval of Wilson.`,
    n: `${number(people ?? 0)} children compared`,
    denominator: 'Children of the group.',
    ...about(answer),
  };
}

const ratios: readonly (readonly [column: string, head: string])[] = [
  ['riskRatio', 'Risk ratio, not adjusted'],
  ['adjustedRiskRatio', 'Risk ratio, adjusted'],
  ['oddsRatio', 'Odds ratio, not adjusted'],
  ['adjustedOddsRatio', 'Odds ratio, adjusted'],
];

function associationTable(
  name: string,
  impact: ReadonlyMap<string, Counted>,
  answer: FigureRowsAnswer,
): ReportTable {
  const comparison = valueOf(impact.get('none'), 'people') ?? 0;
  return {
    caption: `${name}: association with services used, ratios with 95 % intervals`,
    heads: ['Against no service', ...ratios.map(([, head]) => head), 'What the adjusted risk ratio says'],
    rows: exposed.map(([group, text]): ReportRow => {
      const row = impact.get(group);
      const adjusted = estimateOf(row, 'adjustedRiskRatio');
      return {
        name: text,
        cells: [
          ...ratios.map(([column]) => {
            const estimate = estimateOf(row, column);
            return estimate === null ? cellOf(row, column) : cellOfRatio(estimate);
          }),
          adjusted === null ? null : meaningOf(adjusted),
        ],
        status:
          row === undefined
            ? 'No child in the group'
            : adjusted === null && row.suppressed.length === 0
              ? 'Too few for a ratio'
              : statusOf(row, ['people', 'achieved', 'othersPeople', 'othersAchieved']),
        isWhole: group === 'any',
      };
    }),
    definition: `${nameOf(collectiveImpact)}: ${collectiveImpact.title}. Not adjusted: Katz, Woolf. Adjusted for ${adjustment}.`,
    n: `${number(comparison)} children in the comparison`,
    denominator: 'Children whose family had used no service before.',
    ...about(answer),
  };
}

const flow: readonly (readonly [column: keyof (typeof impactCohort)['columns'], name: string])[] = [
  ['unlinkable', 'Excluded: scores that cannot be linked'],
  ['referred', 'Excluded: scores that wait for review'],
  ['children', 'Children with a linked score'],
  ['incomplete', 'Excluded: a score of a measure is missing'],
  ['compared', 'Compared'],
  ['usedNone', 'Compared: family had used no service'],
  ['usedServices', 'Compared: family had used a service'],
  ['withoutResidence', 'Compared: deprivation not known'],
  ['withoutEthnicity', 'Compared: ethnic group not known'],
];

/** From all scores that came in to the children who are compared. */
function cohortTable(
  name: string,
  cohort: Counted,
  linkage: readonly Counted[],
  answer: FigureRowsAnswer,
): ReportTable {
  const scores = sumOf(linkage.map((row) => valueOf(row, 'scores')));
  return {
    caption: `${name}: who is compared`,
    heads: ['Step', 'Count', 'What is counted'],
    rows: [
      {
        name: 'Eligible: scores that came in',
        cells: [scores, `Scores of its measures, linked or not; ${nameOf(impactLinkage)}.`],
        status: statusOf(cohort, ['children']),
      },
      ...flow.map(([column, text]) => ({
        name: text,
        cells: [cellOf(cohort, column), impactCohort.columns[column].meaning],
        status: statusOf(cohort, [column]),
        isWhole: column === 'compared',
      })),
    ],
    definition: `${nameOf(impactCohort)}: ${impactCohort.title}.`,
    n: `${number(valueOf(cohort, 'compared') ?? 0)} children compared`,
    denominator: 'None: counts, not shares.',
    ...about(answer),
  };
}

const linkages: Readonly<Record<string, string>> = {
  linked: 'linked to a child',
  unlinkable: 'not linked: no usable identifier',
  referred: 'not linked: waits for review',
  impersonal: 'not linked: names nobody',
};

/** Scores that are linked to somebody beside those that are not: where these differ, who is compared differs from all. */
function linkageTable(
  name: string,
  rows: readonly Counted[],
  answer: FigureRowsAnswer,
  nameOfMeasure: (id: string) => string,
): ReportTable {
  const scores = sumOf(rows.map((row) => valueOf(row, 'scores')));
  return {
    caption: `${name}: linked against not linked`,
    heads: ['Measure and linkage', 'Scores', 'Achieve it', 'Share', '95 % interval'],
    rows: rows.map((row) => {
      const [low, high] = ['achievedPercentLow', 'achievedPercentHigh'].map((end) => valueOf(row, end));
      const linkage = String(row['linkage']);
      return {
        name: `${nameOfMeasure(String(row['measure']))}, ${linkages[linkage] ?? linkage}`,
        cells: [
          ...['scores', 'achieved'].map((column) => cellOf(row, column)),
          shareOf(valueOf(row, 'achieved'), valueOf(row, 'scores')),
          low == null || high == null
            ? cellOf(row, 'achievedPercentLow')
            : `${low.toFixed(1)} % to ${high.toFixed(1)} %`,
        ],
        status: statusOf(row, ['scores', 'achieved']),
      };
    }),
    definition: `${nameOf(impactLinkage)}: ${impactLinkage.title}.`,
    n: scores === null ? 'Not known' : `${number(scores)} scores`,
    denominator: 'Scores of the line.',
    ...about(answer),
  };
}

const readingSection: ReportSection = {
  id: 'impact-reading',
  title: 'How to read this',
  tables: [],
  notes: [
    'Each ratio is an association: it says that an outcome and the use of services go together, not that one is the reason of the other. Families who use services differ in more than what is adjusted for, and there is no score from before.',
    `Adjusted for: ${adjustment}. Not adjusted for: need, health, income, age at the score, and whatever else no file says.`,
    'A risk ratio compares the shares that achieved the outcome, an odds ratio the odds; of a common outcome an odds ratio is further from 1. An interval that includes 1 means that no association was found, which is not the same as none existing.',
    'A child whose family used several services is in several groups, so that the groups do not add up, and of so many intervals some exclude 1 by chance. A wrong or a missing link moves children between the groups, mostly towards a ratio of 1.',
  ],
};
