import {
  collectiveImpact,
  feedback,
  nameOf,
  outcomes as outcomesFigure,
  type Figure,
} from '@kinledger/figures';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { TheoryOfChange } from '../figures/theory-of-change.js';
import { cellOfRatio, estimateOf, meaningOf } from './collective-impact-sections.js';
import type { Cell, ReportRow, ReportSection } from './report.js';
import { number } from './shares.js';
import { cellOf, statusOf, valueOf, type Counted } from './statuses.js';

/** What the measures of a theory of change are told from: the same period of each figure, in every scope. */
export interface TheoryAnswers {
  readonly pairs: FigureRowsAnswer;
  readonly feedback: FigureRowsAnswer;
  readonly impact: FigureRowsAnswer;
  /** Services whose results are of people measured once, so that there are no pairs of them. */
  readonly administrative: ReadonlySet<string>;
}

type Measure = TheoryOfChange['measures'][number];
type Domain = TheoryOfChange['domains'][number];

const NO_DATA = 'No data collected';

/** What the data says of a measure, or that it says nothing, and why. */
interface Told {
  readonly figure: Figure | undefined;
  readonly says: Cell;
  readonly n: Cell;
  readonly direction: Cell;
  readonly interval: Cell;
  readonly status: string;
}

const untold = (status: string, figure?: Figure): Told => ({
  ...{ figure, says: null, n: null, direction: null, interval: null, status },
});

/** An overview, then a section for each domain with its outcomes and measures. */
export function theorySections(
  theory: TheoryOfChange,
  answers: TheoryAnswers,
  label: string,
): readonly ReportSection[] {
  const told = new Map(theory.measures.map((measure) => [measure.id, toldOf(measure, theory, answers)]));
  return [
    overviewSection(theory, told, answers, label),
    ...theory.domains.map((domain) => domainSection(domain, theory, told, answers, label)),
    readingSection,
  ];
}

type ToldMeasures = ReadonlyMap<string, Told>;

const measuresOf = ({ measures }: TheoryOfChange, code: string): readonly Measure[] =>
  measures.filter(({ outcome }) => outcome === code);

const hasData = (told: ToldMeasures, measures: readonly Measure[]): boolean =>
  measures.some(({ id }) => told.get(id)?.says != null);

interface Tally {
  readonly outcomes: number;
  readonly measured: number;
  readonly withData: number;
}

function tallyOf(theory: TheoryOfChange, { outcomes }: Pick<Domain, 'outcomes'>, told: ToldMeasures): Tally {
  const measures = outcomes.map(({ code }) => measuresOf(theory, code));
  return {
    outcomes: outcomes.length,
    measured: measures.filter((each) => each.length > 0).length,
    withData: measures.filter((each) => hasData(told, each)).length,
  };
}

function overviewSection(
  theory: TheoryOfChange,
  told: ToldMeasures,
  answers: TheoryAnswers,
  label: string,
): ReportSection {
  const tallies = theory.domains.map((domain) => ({ domain, tally: tallyOf(theory, domain, told) }));
  const whole = tallyOf(theory, { outcomes: theory.domains.flatMap(({ outcomes }) => outcomes) }, told);
  const row = (name: string, { outcomes, measured, withData }: Tally, isWhole = false): ReportRow => ({
    ...{ name, isWhole, cells: [outcomes, measured, withData, outcomes - withData] },
    status: withData === 0 ? NO_DATA : 'Counted',
  });
  return {
    id: 'theory-overview',
    title: 'Domains and outcomes',
    finding: `${label}: of ${number(whole.outcomes)} outcomes, ${number(whole.measured)} have a measure, and of ${number(whole.withData)} the data says something.`,
    chart: {
      title: `Outcomes by domain, with and without data: ${label}`,
      description:
        'Bars of outcomes of which the data says something, and of those of which it does not, domain by domain. The table that follows holds the same figures.',
      categories: tallies.map(({ domain }) => `${domain.code}. ${domain.name}`),
      bars: [
        { name: 'With data', values: tallies.map(({ tally }) => tally.withData) },
        { name: 'Without data', values: tallies.map(({ tally }) => tally.outcomes - tally.withData) },
      ],
      unknown: 'Not known',
      order: 'list',
    },
    tables: [
      {
        caption: `Outcomes by domain, ${label}`,
        heads: ['Domain', 'Outcomes', 'With a measure', 'With data', 'Without data'],
        rows: [
          ...tallies.map(({ domain, tally }) => row(`${domain.code}. ${domain.name}`, tally)),
          row('All domains', whole, true),
        ],
        definition: 'Domains, outcomes and measures: theory of change of the programme’s definition.',
        n: `${number(whole.outcomes)} outcomes`,
        denominator: 'None: counts, not shares.',
        ...{ position: answers.pairs.position, disclosure: answers.pairs.disclosure },
      },
    ],
  };
}

function domainSection(
  domain: Domain,
  theory: TheoryOfChange,
  told: ToldMeasures,
  answers: TheoryAnswers,
  label: string,
): ReportSection {
  const { outcomes, withData } = tallyOf(theory, domain, told);
  const figures = new Map<string, Figure>();
  for (const { code } of domain.outcomes)
    for (const { id } of measuresOf(theory, code)) {
      const figure = told.get(id)?.figure;
      if (figure !== undefined) figures.set(nameOf(figure), figure);
    }
  return {
    id: `theory-${domain.code}`,
    title: `${domain.code}. ${domain.name}`,
    finding:
      withData === 0
        ? `${label}: no data collected of any outcome (${number(outcomes)} in all).`
        : `${label}: the data says something of ${number(withData)} of ${number(outcomes)} outcomes.`,
    tables: [
      {
        caption: `Domain ${domain.code}: outcomes and what the data says, ${label}`,
        heads: ['Outcome', 'Measure', 'What the data says', 'n', 'Direction', '95 % interval'],
        rows: domain.outcomes.flatMap((outcome) => outcomeRows(outcome, theory, told)),
        definition: [...figures.values()]
          .map((figure) => `${nameOf(figure)}: ${figure.title}.`)
          .concat(figures.size === 0 ? ['No figure: none of its outcomes has a measure.'] : [])
          .join(' '),
        n: `${number(outcomes)} outcomes`,
        denominator:
          'Pairs of a first and a last score, answers to the question, or children compared, as the line says.',
        ...{ position: answers.pairs.position, disclosure: answers.pairs.disclosure },
      },
    ],
  };
}

function outcomeRows(
  { code, name }: Domain['outcomes'][number],
  theory: TheoryOfChange,
  told: ToldMeasures,
): readonly ReportRow[] {
  const title = `${code} ${name}`;
  const measures = measuresOf(theory, code);
  if (measures.length === 0)
    return [{ name: title, cells: ['No measure', null, null, null, null], status: `${NO_DATA}: no measure` }];
  return measures.map((measure) => {
    const { says, n, direction, interval, status } = told.get(measure.id) ?? untold(NO_DATA);
    const term = measure.term === 'medium' ? 'medium term' : 'long term';
    return {
      ...{ name: title, status },
      cells: [`${measure.name} (${term}; ${measure.better} is better)`, says, n, direction, interval],
    };
  });
}

function toldOf(measure: Measure, theory: TheoryOfChange, answers: TheoryAnswers): Told {
  // The id of a dataset begins with that of its service.
  const service = measure.dataset.split('.')[0] ?? '';
  const scope = `service:${service}`;
  if ('question' in measure.of) return feedbackTold(measure.of.question, scope, answers.feedback);
  const { instrument, measure: scored } = measure.of;
  const pair = answers.pairs.rows.find(
    (row) =>
      row['scope'] === scope &&
      row['outcome'] === measure.outcome &&
      row['instrument'] === instrument &&
      row['measure'] === scored,
  );
  if (pair !== undefined) return pairTold(pair, measure.better);
  const impact = theory.collectiveImpact?.find(({ measures }) => measures.includes(measure.id));
  if (impact === undefined)
    return answers.administrative.has(service)
      ? untold('No figure: measured once, and of no outcome of collective impact')
      : untold(NO_DATA, outcomesFigure);
  const any = answers.impact.rows.find((row) => row['outcome'] === impact.id && row['group'] === 'any');
  const none = answers.impact.rows.find((row) => row['outcome'] === impact.id && row['group'] === 'none');
  return impactTold(impact.name, any, none);
}

function pairTold(row: Counted, better: Measure['better']): Told {
  const [pairs, change, low, high] = ['pairs', 'meanChange', 'changeLow', 'changeHigh'].map((column) =>
    valueOf(row, column),
  );
  const base = { figure: outcomesFigure, n: pairs == null ? cellOf(row, 'pairs') : `${number(pairs)} pairs` };
  if (pairs === 0)
    return { ...untold(`${NO_DATA}: no pair of a first and a last score`, outcomesFigure), n: '0 pairs' };
  const status = statusOf(row, ['pairs', 'meanChange']);
  if (change == null) return { ...untold(status, outcomesFigure), says: cellOf(row, 'meanChange'), ...base };
  const improves = better === 'higher' ? 1 : -1;
  return {
    ...base,
    ...{ status, says: `Mean change ${signed(change)} points` },
    interval: low == null || high == null ? cellOf(row, 'changeLow') : `${signed(low)} to ${signed(high)}`,
    direction:
      low == null || high == null
        ? 'Too few to tell'
        : low <= 0 && high >= 0
          ? 'No change found'
          : low * improves > 0
            ? 'Better'
            : 'Worse',
  };
}

const signed = (value: number): string =>
  `${value > 0 ? '+' : ''}${value.toFixed(2)}`.replace(/^-(?=0\.00$)/, '').replace('-', '−');

function feedbackTold(question: string, scope: string, answer: FigureRowsAnswer): Told {
  const row = answer.rows.find(
    (each) => each['scope'] === scope && each['question'] === question && each['respondent'] === 'families',
  );
  const answers = valueOf(row, 'answers');
  if (row === undefined || answers === 0) return untold(NO_DATA, feedback);
  const [share, low, high] = ['', 'Low', 'High'].map((end) => valueOf(row, `topTwoPercent${end}`));
  return {
    figure: feedback,
    says:
      share == null
        ? cellOf(row, 'topTwoPercent')
        : `${share.toFixed(1)} % gave one of the two highest answers`,
    n: answers === null ? cellOf(row, 'answers') : `${number(answers)} answers`,
    direction: 'None: asked once',
    interval:
      low == null || high == null
        ? cellOf(row, 'topTwoPercentLow')
        : `${low.toFixed(1)} % to ${high.toFixed(1)} %`,
    status: statusOf(row, ['answers', 'topTwo']),
  };
}

function impactTold(name: string, any: Counted | undefined, none: Counted | undefined): Told {
  if (any === undefined && none === undefined) return untold(NO_DATA, collectiveImpact);
  const [people, others] = [any, none].map((row) => (row === undefined ? 0 : valueOf(row, 'people')));
  const n = people == null || others == null ? cellOf(any, 'people') : `${number(people + others)} children`;
  const estimate = estimateOf(any, 'adjustedRiskRatio');
  if (estimate === null) return { ...untold(`${name}: too few for a ratio`, collectiveImpact), n };
  const [ratio, interval] = cellOfRatio(estimate).replace(')', '').split(' (');
  return {
    ...{ figure: collectiveImpact, n, interval: interval ?? null, direction: meaningOf(estimate) },
    says: `${name}: adjusted risk ratio ${ratio ?? ''} against children whose family had used no service`,
    status: statusOf(any, ['people', 'achieved']),
  };
}

const readingSection: ReportSection = {
  id: 'theory-reading',
  title: 'How to read this',
  tables: [],
  notes: [
    'A mean change is of pairs of a first and a last score of one person in one service: there is no group to compare with, so that it does not say what would have happened otherwise. An interval that includes 0 means that no change was found.',
    'Results at birth, at health reviews and at school are measured once: of these stands the association with services used, adjusted, as in the report of collective impact. Every measure of an outcome of collective impact has the one ratio of that outcome.',
    'No data collected means that no file of the period holds a score or an answer that can be used. It does not say that nothing changed.',
  ],
};
