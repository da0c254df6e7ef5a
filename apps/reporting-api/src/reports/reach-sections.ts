import {
  columnNames,
  nameOf,
  reach,
  reachByDeprivation,
  reachColumns,
  reachUncounted,
  SUPPRESSED,
  type ReachColumn,
} from '@kinledger/figures';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { QuartersAnswer } from '../figures/reach-answer.js';
import { quarterChart } from '../pages/quarter-charts.js';
import { quartersFinding } from '../pages/quarters-finding.js';
import type { ReportRow, ReportSection } from './report.js';
import { number, peopleCounted, shareOf, sumOf } from './shares.js';
import { cellOf, statusOf, valueOf, type Counted } from './statuses.js';

/** What the sections of one part have in common. */
export interface PartOf {
  /** Prefix of the sections’ ids. */
  readonly key: string;
  /** `programme`, `strand:<id>` or `service:<id>`. */
  readonly scope: string;
  readonly scopeName: string;
  /** Name of the period, or “Lifetime”. */
  readonly label: string;
}

const counted: readonly (readonly [ReachColumn, string])[] = [
  ['children', 'Children'],
  ['adults', 'Adults'],
  ['individuals', 'Children and adults'],
  ['families', 'Families'],
];

const ofQuarters = [
  ['children', 'Children'],
  ['adults', 'Adults'],
  ['families', 'Families'],
  ['individuals', 'Children and adults'],
  ['upperBound', 'At most (people)'],
] as const;

/** Who was reached, within which bounds, and what is not counted: of these columns alone. */
export function reachSection(
  of: PartOf,
  answer: FigureRowsAnswer,
  columns: readonly ReachColumn[],
): ReportSection {
  const row = answer.rows.find(({ scope }) => scope === of.scope);
  const individuals = valueOf(row, 'individuals');
  const bound = valueOf(row, 'upperBound');
  const hasBound = columns.includes('upperBound');
  const line = (
    column: ReachColumn,
    name: string,
    meaning: string = reachColumns[column].meaning,
  ): ReportRow => ({
    ...{ name, cells: [cellOf(row, column), meaning], status: statusOf(row, [column]) },
  });
  const about = {
    definition: `${nameOf(reach)}: ${reach.title}. Reached: at least one qualifying engagement, attended, of a kind that the service counts.`,
    denominator: 'None: counts, not shares.',
    ...{ position: answer.position, disclosure: answer.disclosure },
  };
  return {
    id: `${of.key}-reach`,
    title: 'Who was reached',
    finding:
      individuals === null || bound === null || !hasBound
        ? undefined
        : `${of.scopeName}, ${of.label}: ${number(individuals)} children and adults of ${valueOf(row, 'families') === null ? 'a suppressed number of' : number(valueOf(row, 'families') ?? 0)} families were reached, and at most ${number(bound)} people.`,
    tables: [
      {
        caption: `Reach, ${of.label}`,
        heads: ['Reached', 'Count', 'What is counted'],
        rows: [
          ...counted
            .filter(([column]) => columns.includes(column))
            .map(([column, name]) => line(column, name)),
          ...(hasBound
            ? [
                line(
                  'upperBound',
                  'At most (people)',
                  'Children and adults, and one person more for each row that could be somebody else. Links by a score are taken to be right.',
                ),
                line(
                  'relatedFamilies',
                  'At least (families)',
                  'Families of two people or more, whom rows relate; assumed is that rows show few families in several such parts.',
                ),
                line(
                  'familiesUpperBound',
                  'At most (families)',
                  'Families, and one more for each person of unknown family and each row that could be somebody else. Links by a score, and the relationships that rows state, are taken to be right.',
                ),
              ]
            : []),
        ],
        n: peopleCounted(individuals),
        ...about,
      },
      {
        caption: `What reach does not count, ${of.label}`,
        heads: ['Not counted', 'Count', ...(hasBound ? ['In “at most”'] : []), 'What it is'],
        rows: reachUncounted
          .filter(({ column }) => columns.includes(column))
          .map(({ column, name, explanation, inUpperBound }) => ({
            ...{ name, status: statusOf(row, [column]) },
            cells: [cellOf(row, column), ...(hasBound ? [inUpperBound ? 'Yes' : 'No'] : []), explanation],
          })),
        n: 'Rows or people, as the line says',
        ...about,
      },
    ],
    notes: columns.includes('families')
      ? [
          'A family is children and carers connected across the programme; a person alone is a family of one, unless no row of theirs has an identifier.',
        ]
      : [],
  };
}

/** Reach of each quarter, with a chart: of these columns alone. */
export function quartersSection(
  of: PartOf,
  { quarters, position, disclosure }: QuartersAnswer,
  shown: readonly ReachColumn[],
): ReportSection {
  const lines = ofQuarters.filter(([column]) => shown.includes(column));
  const columns = lines.map(([column]) => column);
  const known = quarters.filter(({ individuals }) => individuals !== null).length;
  return {
    id: `${of.key}-quarters`,
    title: 'Reach by quarter',
    finding: quartersFinding(quarters, of.scopeName),
    chart:
      quarters.length === 0
        ? undefined
        : quarterChart(quarters, of.scopeName, { withFamilies: columns.includes('families') }),
    tables: [
      {
        caption: `Reach by quarter: ${of.scopeName}`,
        heads: ['Quarter', ...lines.map(([, head]) => head)],
        rows: quarters.map((quarter) => ({
          name: quarter.label,
          cells: columns.map((column) => cellOf(quarter, column)),
          status: statusOf(quarter, columns),
        })),
        definition: `${nameOf(reach)}: ${reach.title}, quarter by quarter. Somebody who came in two quarters is in both.`,
        n: `${number(known)} of ${number(quarters.length)} quarters have counts`,
        denominator: 'None: counts, not shares.',
        ...{ position, disclosure },
      },
    ],
    notes: ['Quarters do not add up to the lifetime: people come again.'],
  };
}

/** Reach by how deprived the area of residence is; who has no known residence has a row. */
export function deprivationSection(of: PartOf, answer: FigureRowsAnswer): ReportSection | undefined {
  const rows = answer.rows.filter(({ scope }) => scope === of.scope);
  if (rows.length === 0) return undefined;
  const columns = columnNames(reachByDeprivation.columns);
  const people = (row: Counted): number | null => sumOf([valueOf(row, 'children'), valueOf(row, 'adults')]);
  const whole = sumOf(rows.map(people));
  const known = rows.filter((row) => row['decile'] !== null);
  const knownPeople = sumOf(known.map(people));
  const deprived = sumOf(known.filter((row) => Number(row['decile']) <= 2).map(people));
  const name = ({ decile }: Counted): string => {
    if (typeof decile !== 'number') return 'Not known';
    return { 1: '1, the most deprived', 10: '10, the least deprived' }[decile] ?? String(decile);
  };
  return {
    id: `${of.key}-deprivation`,
    title: 'Reach by deprivation',
    finding:
      deprived === null || knownPeople === null
        ? undefined
        : knownPeople === 0
          ? `${of.scopeName}, ${of.label}: the area where people live is known of nobody who was reached.`
          : `${of.scopeName}, ${of.label}: ${number(deprived)} of ${number(knownPeople)} children and adults whose area is known (${shareOf(deprived, knownPeople)}) live in the two most deprived tenths.`,
    chart: {
      title: `Reach by deprivation: ${of.scopeName}, ${of.label}`,
      description:
        'Bars of children and adults, one for each tenth of areas from the most deprived. The table that follows holds the same figures.',
      categories: rows.map(name),
      bars: [
        { name: 'Children', values: rows.map((row) => valueOf(row, 'children')) },
        { name: 'Adults', values: rows.map((row) => valueOf(row, 'adults')) },
      ],
      unknown: rows.map(({ suppressed }) => (suppressed.length > 0 ? SUPPRESSED : 'Not known')),
      order: 'list',
    },
    tables: [
      {
        caption: `Reach by tenth of deprivation, ${of.label}`,
        heads: ['Tenth of areas', 'Children', 'Adults', 'Families', 'Share of children and adults'],
        rows: rows.map((row) => ({
          name: name(row),
          cells: [...columns.map((column) => cellOf(row, column)), shareOf(people(row), whole)],
          status: statusOf(row, columns),
        })),
        definition: `${nameOf(reachByDeprivation)}: ${reachByDeprivation.title}. ${reachByDeprivation.dimensions.decile.meaning}`,
        n: peopleCounted(whole),
        denominator: 'Children and adults reached, those of unknown residence included.',
        ...{ position: answer.position, disclosure: answer.disclosure },
      },
    ],
  };
}
