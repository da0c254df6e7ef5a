import {
  nameOf,
  populationReached,
  reachByCharacteristic,
  reachUncertainty,
  SUPPRESSED,
} from '@kinledger/figures';
import { capitalised, wordsOf } from '@kinledger/page-kit/names';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import { drawnRows } from './drawn-rows.js';
import { partOfWhole } from './figure-findings.js';
import type { PartOf } from './reach-sections.js';
import type { ReportRow, ReportSection, ReportTable } from './report.js';
import { number, peopleCounted, shareOf, sumOf } from './shares.js';
import { cellOf, statusOf, valueOf, type Counted } from './statuses.js';

/** Sections of their own, or too fine for a page: the API has them. */
const elsewhere: readonly unknown[] = ['lsoa', 'deprivationDecile', 'all'];
/** A table on a page stays readable; the API has all rows. */
const MAX_ROWS = 30;
/** Answers that say nothing of somebody, and no answer. */
const unknowns: readonly unknown[] = [null, 'not-known', 'not-stated', 'not-applicable'];

/** Whether a row of a characteristic is of people of whom it is known. */
export const isKnown = (row: Counted): boolean => !unknowns.includes(row['value']);
const people = (row: AnsweredRow): number | null => sumOf([valueOf(row, 'children'), valueOf(row, 'adults')]);
const valueName = ({ value }: AnsweredRow): string =>
  value === null ? 'No record' : capitalised(wordsOf(String(value)));

/**
 * Who the people are, a section for each characteristic: how many, of what share, and beside a population of the definition that has
 * it, which share lives there and by how many points the two differ.
 */
export function usersSections(
  of: PartOf,
  answer: FigureRowsAnswer,
  {
    population,
    certainty,
    isDrawn,
  }: {
    readonly population: FigureRowsAnswer;
    /** How certain the reach of each group is. */
    readonly certainty?: FigureRowsAnswer;
    readonly isDrawn: boolean;
  },
): readonly ReportSection[] {
  const mine = ({ scope, characteristic }: AnsweredRow): boolean =>
    scope === of.scope && !elsewhere.includes(characteristic);
  const byCharacteristic = Map.groupBy(answer.rows.filter(mine), ({ characteristic }) =>
    String(characteristic),
  );
  return [...byCharacteristic].map(([characteristic, rows]) => {
    const words = wordsOf(characteristic.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
    const known = rows.filter(isKnown);
    const whole = sumOf(known.map(people));
    const bars = drawnRows(rows, valueName, {
      bars: [
        ['children', 'Children'],
        ['adults', 'Adults'],
      ],
      takes: 'longest',
    });
    const compared = population.rows.filter(
      (row) => row['scope'] === of.scope && row['characteristic'] === characteristic,
    );
    return {
      id: `${of.key}-users-${characteristic.toLowerCase()}`,
      title: `Who they are: ${words}`,
      finding: findingOf(of, rows),
      chart:
        bars === undefined || !isDrawn
          ? undefined
          : {
              title: `Who they are by ${words}: ${of.scopeName}, ${of.label}`,
              description: `Bars of children and adults by ${words}. The table that follows holds the same figures.${bars.leftOut}`,
              ...bars,
            },
      tables: [
        {
          caption: `Children and adults by ${words}, ${of.label}`,
          heads: [capitalised(words), 'Children', 'Adults', 'Children and adults', 'Share of those known'],
          rows: rows.slice(0, MAX_ROWS).map((row) => ({
            name: valueName(row),
            cells: [
              ...[cellOf(row, 'children'), cellOf(row, 'adults')],
              row.suppressed.length > 0 ? SUPPRESSED : people(row),
              isKnown(row) ? shareOf(people(row), whole) : null,
            ],
            status: isKnown(row) ? statusOf(row, ['children', 'adults']) : 'Not known of these people',
          })),
          definition: `${nameOf(reachByCharacteristic)}: ${reachByCharacteristic.title}.`,
          n: peopleCounted(sumOf(rows.map(people))),
          denominator: 'Children and adults of whom the characteristic is known.',
          ...{ position: answer.position, disclosure: answer.disclosure },
        },
        ...(certainty === undefined
          ? []
          : [certaintyTable(of, { characteristic, words, answer: certainty })]),
        ...[
          ...Map.groupBy(compared, ({ population: name, edition }) => `${String(name)} (${String(edition)})`),
        ].map(([name, each]) => against(of, { name, words, rows: each, answer: population })),
      ],
      notes:
        rows.length > MAX_ROWS
          ? [
              `${number(rows.length - MAX_ROWS)} more lines stand in the API under ${nameOf(reachByCharacteristic)}.`,
            ]
          : [],
    };
  });
}

const ofCertainty = [
  ...(['individuals', 'doubleCountingRemoved', 'unlinkable', 'referred', 'awaitingReview'] as const),
  ...(['atLeast', 'atMost', 'joinedByScore'] as const),
] as const;

/** Between which numbers the people of each group are, and why. */
function certaintyTable(
  of: PartOf,
  {
    characteristic,
    words,
    answer,
  }: { readonly characteristic: string; readonly words: string; readonly answer: FigureRowsAnswer },
): ReportTable {
  const rows = answer.rows.filter(
    (row) => row.scope === of.scope && row['characteristic'] === characteristic,
  );
  return {
    caption: `How certain these counts are, by ${words}, ${of.label}. People of whom it is not known may belong to any group`,
    heads: [
      ...[capitalised(words), 'Children and adults', 'Double counting removed', 'Rows without an identifier'],
      ...[
        'Rows that wait for review',
        'Pairs that wait for review',
        'At least',
        'At most',
        'Joined by a score',
      ],
    ],
    rows: rows.slice(0, MAX_ROWS).map((row) => ({
      name: valueName(row),
      cells: ofCertainty.map((column) => cellOf(row, column)),
      status: statusOf(row, [...ofCertainty]),
    })),
    definition: `${nameOf(reachUncertainty)}: ${reachUncertainty.title}. At least: ${reachUncertainty.columns.atLeast.meaning} At most: ${reachUncertainty.columns.atMost.meaning}`,
    n: peopleCounted(sumOf(rows.map((row) => valueOf(row, 'individuals')))),
    denominator: 'None: counts, not shares.',
    ...{ position: answer.position, disclosure: answer.disclosure },
  };
}

/** The commonest known value, and of how many nothing is known. */
function findingOf({ scopeName, label }: PartOf, rows: readonly AnsweredRow[]): string | undefined {
  const known = rows.filter(isKnown);
  const [whole, unknown] = [known, rows.filter((row) => !isKnown(row))].map((part) =>
    sumOf(part.map(people)),
  );
  if (whole == null || unknown == null) return undefined;
  const without = unknown === 0 ? '' : ` Of ${number(unknown)} it is not known.`;
  if (whole === 0) return `${scopeName}, ${label}: it is known of nobody who was reached.`;
  const [first, ...others] = known;
  if (first === undefined) return undefined;
  const most = others.reduce((best, row) => ((people(row) ?? 0) > (people(best) ?? 0) ? row : best), first);
  return `${scopeName}, ${label}: the commonest is “${valueName(most)}”: ${partOfWhole(people(most) ?? 0, whole, 'children and adults of whom it is known')}.${without}`;
}

/** Shares of the people who were reached beside shares of the population that they are of. */
function against(
  { label }: PartOf,
  {
    name,
    words,
    rows,
    answer,
  }: {
    readonly name: string;
    readonly words: string;
    readonly rows: readonly AnsweredRow[];
    readonly answer: FigureRowsAnswer;
  },
): ReportTable {
  const known = rows.filter(isKnown);
  const wholeOf = (column: string): number | null => sumOf(known.map((row) => valueOf(row, column)));
  const [reached, local] = [wholeOf('reached'), wholeOf('inPopulation')];
  const points = (row: AnsweredRow): string | null => {
    const [mine, theirs] = [valueOf(row, 'reached'), valueOf(row, 'inPopulation')];
    if (mine === null || theirs === null || reached === null || local === null) return null;
    if (reached === 0 || local === 0) return null;
    const difference = (100 * mine) / reached - (100 * theirs) / local;
    const text = Math.abs(difference).toLocaleString('en-GB', {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    return text === '0.0' ? '0.0' : `${difference < 0 ? '−' : '+'}${text}`;
  };
  return {
    caption: `Beside the population by ${words}: ${wordsOf(name)}, ${label}`,
    heads: [capitalised(words), 'Reached', 'Share', 'Local share', 'Difference in points'],
    rows: rows.slice(0, MAX_ROWS).map((row): ReportRow => ({
      name: valueName(row),
      cells: [
        cellOf(row, 'reached'),
        ...(isKnown(row)
          ? [
              shareOf(valueOf(row, 'reached'), reached),
              shareOf(valueOf(row, 'inPopulation'), local),
              points(row),
            ]
          : [null, null, null]),
      ],
      status: isKnown(row) ? statusOf(row, ['reached', 'inPopulation']) : 'Not known of these people',
    })),
    definition: `${nameOf(populationReached)}: ${populationReached.title}. Both shares are of the same definition of people.`,
    n: local === null ? 'Not known' : `${number(local)} of the population`,
    denominator: 'Those of whom the characteristic is known, on each side.',
    ...{ position: answer.position, disclosure: answer.disclosure },
  };
}
