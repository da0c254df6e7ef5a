import type { Period } from '@kinledger/domain';
import {
  dosage,
  minimumReached,
  nameOf,
  populationReached,
  reachByCharacteristic,
  reachByPriority,
  reachByServicesUsed,
  serviceOrders,
  servicePairs,
  serviceSteps,
  SUPPRESSED,
  type Figure,
} from '@kinledger/figures';
import { capitalised, dayName, titleOf, wordsOf } from '@kinledger/page-kit/names';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { PartOf } from './reach-sections.js';
import type { ReportRow, ReportSection, ReportTable } from './report.js';
import { number, peopleCounted, shareOf, sumOf } from './shares.js';
import { cellOf, statusOf, valueOf, type Counted } from './statuses.js';
import { isKnown } from './users-sections.js';

/** A chart of more groups than this is longer than its table. */
const MAX_DRAWN = 12;

/** What the report breaks reach down by; the first of its characteristics that the programme has is shown. */
export const breakdowns = [
  { id: 'ethnicity', title: 'Ethnic group', isOf: (name: string) => name === 'ethnicityGroup' },
  {
    id: 'deprivation',
    title: 'Deprivation quintile',
    isOf: (name: string) => name === 'deprivationQuintile',
  },
  { id: 'ward', title: 'Ward', isOf: (name: string) => name === 'ward' },
  { id: 'language', title: 'Language', isOf: (name: string) => /language/i.test(name) },
] as const;
export type Breakdown = (typeof breakdowns)[number];

/** What a report of a year is of; `latest` is the latest quarter with data. */
export const aboutYear = (
  year: Pick<Period, 'start' | 'end'>,
  latest: Pick<Period, 'end' | 'label'>,
): string =>
  [
    `What happened from ${dayName(year.start)} to the end of the year.`,
    ...(latest.end < year.end
      ? [`The data go no further than ${latest.label}, so that these figures are of part of the year.`]
      : []),
    'Nothing here is added up with other years.',
  ].join(' ');

export interface AreaAnswers {
  readonly reached: FigureRowsAnswer;
  readonly population: FigureRowsAnswer;
}

const ofScope = ({ scope }: PartOf, { rows }: FigureRowsAnswer): readonly Counted[] =>
  rows.filter((row) => row['scope'] === scope);

const about = ({ position, disclosure }: FigureRowsAnswer) => ({ position, disclosure });

const textOf = (row: Counted, name: string): string | null => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
};

/** The name of a value of a characteristic; null is the line for people without a record of it, which stands last. */
function valueName(breakdown: { readonly id: string }, value: string | null): string {
  if (value === null) return 'No record';
  if (breakdown.id === 'deprivation')
    return { '1': '1 (the most deprived)', '5': '5 (the least deprived)' }[value] ?? value;
  return capitalised(wordsOf(value));
}

/** Reach by a characteristic, and against each population of the definition that says it of the area. */
export function areaSection(of: PartOf, breakdown: Breakdown, answers: AreaAnswers): ReportSection {
  const id = `${of.key}-${breakdown.id}`;
  const title = `Reach by ${breakdown.title.toLowerCase()}`;
  const isOf = (row: Counted) => breakdown.isOf(String(row['characteristic']));
  const found = ofScope(of, answers.reached).filter(isOf);
  const rows = withUnknown(found, 'value', ['children', 'adults', 'unlinkable', 'referred']);
  if (found.length === 0)
    return {
      ...{ id, title, tables: [] },
      finding:
        breakdown.id === 'ward'
          ? `${of.label}: no data collected. The definition’s area names no wards, or nobody was reached.`
          : `${of.label}: no data collected. No file of people asks for it, or nobody was reached.`,
    };
  const populations = Map.groupBy(ofScope(of, answers.population).filter(isOf), (row) =>
    String(row['population']),
  );
  const people = (row: Counted) => sumOf([valueOf(row, 'children'), valueOf(row, 'adults')]);
  const known = rows.filter(isKnown);
  const whole = sumOf(known.map(people));
  const unknown = sumOf(rows.filter((row) => !isKnown(row)).map(people));
  const tables = [...populations].map(([population, lines]) =>
    populationTable(of, { breakdown, population, rows: lines, answer: answers.population }),
  );
  return {
    ...{ id, title },
    finding: areaFinding(of, breakdown, [...populations.values()][0] ?? [], {
      known,
      people,
      whole,
      unknown,
    }),
    chart:
      rows.length > MAX_DRAWN
        ? undefined
        : {
            title: `${title}, ${of.label}`,
            description:
              'Bars of children and adults, group by group. The table that follows holds the same figures.',
            categories: rows.map((row) => valueName(breakdown, textOf(row, 'value'))),
            bars: [
              { name: 'Children', values: rows.map((row) => valueOf(row, 'children')) },
              { name: 'Adults', values: rows.map((row) => valueOf(row, 'adults')) },
            ],
            unknown: rows.map(({ suppressed }) => (suppressed.length > 0 ? SUPPRESSED : 'Not known')),
            order: 'list',
          },
    tables: [
      {
        caption: `${title}, ${of.label}`,
        heads: [breakdown.title, 'Children', 'Adults', 'Children and adults', 'Share of those known'],
        rows: rows.map((row) => ({
          name: valueName(breakdown, textOf(row, 'value')),
          cells: [
            ...['children', 'adults'].map((column) => cellOf(row, column)),
            people(row),
            isKnown(row) ? shareOf(people(row), whole) : null,
          ],
          status: statusOf(row, ['children', 'adults']),
        })),
        definition: `${nameOf(reachByCharacteristic)}: ${reachByCharacteristic.title}.`,
        n: peopleCounted(sumOf([whole, unknown])),
        denominator: 'Children and adults of whom it is known.',
        ...about(answers.reached),
      },
      ...tables,
    ],
    notes: [
      ...nobodysNote(rows),
      ...(tables.length === 0
        ? [
            `No population of the definition says it of the area: there is no outside figure to compare with, of whatever edition.`,
          ]
        : []),
    ],
  };
}

/** The same rows with one for unknown, which counts nobody where there is none. */
function withUnknown(
  rows: readonly Counted[],
  dimension: string,
  columns: readonly string[],
): readonly Counted[] {
  const [first] = rows;
  if (first === undefined || rows.some((row) => textOf(row, dimension) === null)) return rows;
  const none = Object.fromEntries(columns.map((column) => [column, 0]));
  return [...rows, { ...first, suppressed: [], ...none, [dimension]: null }];
}

/** Rows that belong to nobody: each could be one more person of any group. */
function nobodysNote(rows: readonly Counted[]): readonly string[] {
  const [unlinkable, referred] = ['unlinkable', 'referred'].map((column) =>
    sumOf(rows.map((row) => valueOf(row, column))),
  );
  return unlinkable == null || referred == null || unlinkable + referred === 0
    ? []
    : [
        `${number(unlinkable)} rows that cannot be linked and ${number(referred)} that wait for review belong to nobody of whom it could be known.`,
      ];
}

function areaFinding(
  of: PartOf,
  breakdown: Breakdown,
  rows: readonly Counted[],
  {
    known,
    people,
    whole,
    unknown,
  }: {
    readonly known: readonly Counted[];
    readonly people: (row: Counted) => number | null;
    readonly whole: number | null;
    readonly unknown: number | null;
  },
): string | undefined {
  if (whole === null || unknown === null) return undefined;
  if (whole === 0) return `${of.label}: ${breakdown.title.toLowerCase()} is known of nobody who was reached.`;
  const named = (row: Counted) =>
    `${breakdown.id === 'deprivation' ? 'quintile ' : ''}${valueName(breakdown, textOf(row, 'value'))}`;
  const compared = againstArea(rows);
  const lowest = compared.toSorted((one, other) => one.difference - other.difference)[0];
  if (lowest !== undefined && lowest.difference < 0)
    return `${of.label}: of the population “${titleOf(textOf(lowest.row, 'population') ?? '')}” (${textOf(lowest.row, 'edition') ?? 'no edition named'}), ${named(lowest.row)} is furthest below its share: ${lowest.reached.toFixed(1)} % of those who were reached, ${lowest.population.toFixed(1)} % of all.`;
  const most = known.toSorted((one, other) => (people(other) ?? 0) - (people(one) ?? 0))[0];
  return most === undefined
    ? undefined
    : `${of.label}: the largest group is ${named(most)}, with ${shareOf(people(most), whole) ?? ''} of the ${number(whole)} children and adults of whom it is known; of ${number(unknown)} it is not.`;
}

interface Compared {
  readonly row: Counted;
  /** Per cent. */
  readonly population: number;
  readonly reached: number;
  /** Percentage points. */
  readonly difference: number;
}

/** Shares of each group whose value is known, of the population and of those reached; nothing where a count is not shown. */
function againstArea(rows: readonly Counted[]): readonly Compared[] {
  const known = rows.filter(isKnown);
  const [inPopulation, reached] = ['inPopulation', 'reached'].map((column) =>
    sumOf(known.map((row) => valueOf(row, column))),
  );
  if (inPopulation == null || reached == null || inPopulation === 0 || reached === 0) return [];
  return known.map((row) => {
    const population = (100 * (valueOf(row, 'inPopulation') ?? 0)) / inPopulation;
    const share = (100 * (valueOf(row, 'reached') ?? 0)) / reached;
    return { row, population, reached: share, difference: share - population };
  });
}

function populationTable(
  of: PartOf,
  {
    breakdown,
    population,
    rows,
    answer,
  }: {
    readonly breakdown: Breakdown;
    readonly population: string;
    readonly rows: readonly Counted[];
    readonly answer: FigureRowsAnswer;
  },
): ReportTable {
  const shares = new Map(againstArea(rows).map((each) => [each.row, each]));
  const percent = (value: number | undefined): string | null =>
    value === undefined ? null : `${value.toFixed(1)} %`;
  const points = (value: number | undefined): string | null =>
    value === undefined ? null : `${value > 0 ? '+' : ''}${value.toFixed(1)}`.replace('-', '−');
  const whole = sumOf(rows.map((row) => valueOf(row, 'inPopulation')));
  const [edition] = rows.map((row) => textOf(row, 'edition'));
  return {
    caption: `${titleOf(population)} by ${breakdown.title.toLowerCase()}, ${of.label}: the area and those reached`,
    heads: [
      ...[breakdown.title, 'In the population', 'Share of it', 'Reached', 'Share of those reached'],
      ...['Difference (points)', 'Reached of the population'],
    ],
    rows: rows.map((row) => {
      const share = shares.get(row);
      return {
        name: valueName(breakdown, textOf(row, 'value')),
        cells: [
          ...[cellOf(row, 'inPopulation'), percent(share?.population)],
          ...[cellOf(row, 'reached'), percent(share?.reached), points(share?.difference)],
          shareOf(valueOf(row, 'reached'), valueOf(row, 'inPopulation')),
        ],
        status: statusOf(row, ['inPopulation', 'reached']),
      };
    }),
    definition: `${nameOf(populationReached)}: ${populationReached.title}. Shares are of those of whom it is known; above 100 % where more were reached than the edition counts.`,
    n: whole === null ? 'Not known' : `${number(whole)} in the population`,
    denominator: `The population, edition: ${edition ?? 'not named'}.`,
    ...about(answer),
  };
}

/** How many services families and people used, of those whom the programme reached. */
export function servicesUsedSection(of: PartOf, answer: FigureRowsAnswer): ReportSection {
  const rows = ofScope(of, answer);
  const name = (row: Counted): string =>
    ({ '1': '1 service', '4': '4 services or more' })[String(row['services'])] ??
    `${String(row['services'])} services`;
  const families = sumOf(rows.map((row) => valueOf(row, 'families')));
  const several = sumOf(
    rows.filter((row) => Number(row['services']) > 1).map((row) => valueOf(row, 'families')),
  );
  const reached = sumOf(rows.map((row) => valueOf(row, 'individuals')));
  const columns = ['families', 'individuals', 'children', 'adults'];
  return {
    id: `${of.key}-services-used`,
    title: 'Services per family',
    finding:
      families === null || several === null || reached === null
        ? undefined
        : families === 0
          ? reached === 0
            ? `${of.label}: nobody was reached.`
            : `${of.label}: the family of none of the ${number(reached)} children and adults who were reached is known.`
          : `${of.label}: ${number(several)} of ${number(families)} families (${shareOf(several, families) ?? ''}) used two services or more.`,
    chart:
      rows.length === 0
        ? undefined
        : {
            title: `Families by number of services used, ${of.label}`,
            description: 'Bars of families. The table that follows holds the same figures.',
            categories: rows.map(name),
            bars: [{ name: 'Families', values: rows.map((row) => valueOf(row, 'families')) }],
            unknown: rows.map(({ suppressed }) => (suppressed.length > 0 ? SUPPRESSED : 'Not known')),
            order: 'list',
          },
    tables:
      rows.length === 0
        ? []
        : [
            {
              caption: `Number of services used, ${of.label}`,
              heads: [
                'Services',
                'Families',
                'Share of families',
                'Children and adults',
                'Children',
                'Adults',
              ],
              rows: rows.map((row): ReportRow => {
                const [of1, ...rest] = columns.map((column) => cellOf(row, column));
                return {
                  name: name(row),
                  cells: [of1 ?? null, shareOf(valueOf(row, 'families'), families), ...rest],
                  status: statusOf(row, columns),
                };
              }),
              definition: `${nameOf(reachByServicesUsed)}: ${reachByServicesUsed.title}. Of a family, services of its members together.`,
              n: families === null ? 'Not known' : `${number(families)} families`,
              denominator: 'Families reached.',
              ...about(answer),
            },
          ],
    notes:
      rows.length === 0
        ? []
        : ['Families leave out people whose family is not known; the other columns count them.'],
  };
}

/** Figures of two services each, with what their dimensions are called. */
const pairs = [
  {
    id: 'pairs',
    title: 'Services used together',
    figure: servicePairs,
    dimensions: ['one', 'other'],
    heads: ['One service', 'The other'],
    joined: 'and',
    note: 'Without regard to order; the commonest twenty, rarer pairs are left out.',
  },
  {
    id: 'orders',
    title: 'Services in the order of use',
    figure: serviceOrders,
    dimensions: ['earlier', 'later'],
    heads: ['First', 'Afterwards'],
    joined: 'before',
    note: 'Each service before each later one, with or without others between; who came to both on one day for the first time stands in the order of the definition. The commonest twenty.',
  },
  {
    id: 'steps',
    title: 'From the entry service to the next',
    figure: serviceSteps,
    dimensions: ['entry', 'next'],
    heads: ['Entry service', 'Next service'],
    joined: 'and next',
    note: 'The first service of the year and the one after it alone; the commonest twenty. Services used before the year do not count.',
  },
] as const;
export const pairFigures: readonly Figure[] = pairs.map(({ figure }) => figure);

/** The commonest pairs of services: together, in order, and from the entry service to the next. */
export function pairSections(
  of: PartOf,
  answers: readonly FigureRowsAnswer[],
  nameOfService: (service: string) => string,
): readonly ReportSection[] {
  return pairs.flatMap(({ id, title, figure, dimensions, heads, joined, note }, index) => {
    const answer = answers[index];
    if (answer === undefined) return [];
    const rows = ofScope(of, answer);
    const names = (row: Counted) => dimensions.map((name) => nameOfService(textOf(row, name) ?? ''));
    const [first] = rows;
    const commonest = valueOf(first, 'individuals');
    const columns = ['individuals', 'families', 'children', 'adults'];
    return [
      {
        id: `${of.key}-${id}`,
        title,
        finding:
          first === undefined
            ? `${of.label}: nobody used two services.`
            : commonest === null
              ? undefined
              : `${of.label}: the commonest are ${names(first).join(` ${joined} `)}, with ${number(commonest)} children and adults.`,
        tables:
          rows.length === 0
            ? []
            : [
                {
                  caption: `${title}, ${of.label}`,
                  heads: [heads[0], heads[1], 'Children and adults', 'Families', 'Children', 'Adults'],
                  rows: rows.map((row) => {
                    const [one = '', other = ''] = names(row);
                    return {
                      name: one,
                      cells: [other, ...columns.map((column) => cellOf(row, column))],
                      status: statusOf(row, columns),
                    };
                  }),
                  definition: `${nameOf(figure)}: ${figure.title}.`,
                  n: `${number(rows.length)} ${rows.length === 1 ? 'pair' : 'pairs'}`,
                  denominator: 'None: counts, not shares. Who used three services is in several pairs.',
                  ...about(answer),
                },
              ],
        notes: [note],
      },
    ];
  });
}

const priorities: Readonly<Record<string, string>> = {
  yes: 'Yes',
  no: 'No',
  'not-judged': 'Not judged: came before the rule',
};

/** Whether those reached belong to the priority population: yes, no, or not known. */
export function prioritySection(of: PartOf, answer: FigureRowsAnswer): ReportSection {
  const columns = ['children', 'adults', 'families'];
  const rows = withUnknown(ofScope(of, answer), 'priority', [...columns, 'unlinkable', 'referred']);
  const people = (row: Counted | undefined) =>
    row === undefined ? 0 : sumOf([valueOf(row, 'children'), valueOf(row, 'adults')]);
  const rowOf = (priority: string | null) => rows.find((row) => textOf(row, 'priority') === priority);
  const [yes, no, unknown] = ['yes', 'no', null].map((priority) => people(rowOf(priority)));
  const judged = sumOf([yes ?? null, no ?? null]);
  const rule = rows.map((row) => textOf(row, 'rule')).find((each) => each !== null);
  return {
    id: `${of.key}-priority`,
    title: 'Priority population',
    finding:
      rule === undefined
        ? `${of.label}: the definition names no priority population, or nobody was reached.`
        : yes == null || judged === null || unknown == null
          ? undefined
          : `${of.label}: ${number(yes)} of ${number(judged)} children and adults of whom it is known (${shareOf(yes, judged) ?? 'no share'}) belong to the priority population; of ${number(unknown)} it is not known.`,
    tables:
      rows.length === 0
        ? []
        : [
            {
              caption: `Priority population, ${of.label}`,
              heads: ['Belongs to it', 'Children', 'Adults', 'Families', 'Share of children and adults'],
              rows: rows.map((row) => {
                const priority = textOf(row, 'priority');
                return {
                  name: priority === null ? 'Not known' : (priorities[priority] ?? priority),
                  cells: [
                    ...columns.map((column) => cellOf(row, column)),
                    shareOf(people(row), sumOf(rows.map((each) => people(each)))),
                  ],
                  status: statusOf(row, columns),
                };
              }),
              definition: `${nameOf(reachByPriority)}: ${reachByPriority.title}. Rule: ${rule ?? 'none'}.`,
              n: peopleCounted(sumOf(rows.map((row) => people(row)))),
              denominator: 'Children and adults reached, those not known included.',
              ...about(answer),
            },
          ],
    notes: ['A family counts wherever a member does, so that families do not add up.', ...nobodysNote(rows)],
  };
}

/** Who reached the minimum number of sessions of a service, by group. */
export function minimumSection(of: PartOf, answer: FigureRowsAnswer): ReportSection {
  const rows = ofScope(of, answer);
  const groups = [{ id: 'all', title: 'Everybody', isOf: (name: string) => name === 'all' }, ...breakdowns];
  const shown = groups.flatMap((group) =>
    rows
      .filter((row) => group.isOf(String(row['characteristic'])))
      .map((row) => ({
        row,
        name: group.id === 'all' ? group.title : `${group.title}: ${valueName(group, textOf(row, 'value'))}`,
        isWhole: group.id === 'all',
      })),
  );
  const all = shown.find(({ isWhole }) => isWhole)?.row;
  const [began, reached] = [
    ['children', 'adults'],
    ['childrenReached', 'adultsReached'],
  ].map((columns) => sumOf(columns.map((column) => valueOf(all, column))));
  return {
    id: `${of.key}-minimum`,
    title: 'Minimum number of sessions reached',
    finding:
      all === undefined
        ? `${of.label}: nobody began a service that has a minimum number of sessions.`
        : began == null || reached == null
          ? undefined
          : `${of.label}: ${number(reached)} of ${number(began)} children and adults who began a service with a minimum number of sessions (${shareOf(reached, began) ?? 'no share'}) reached it.`,
    tables:
      shown.length === 0
        ? []
        : [
            {
              caption: `Minimum number of sessions reached, ${of.label}`,
              heads: [
                ...['Group', 'Children', 'Reached it', 'Share, 95 % interval'],
                ...['Adults', 'Reached it', 'Share, 95 % interval'],
              ],
              rows: shown.map(({ row, name, isWhole }) => ({
                ...{ name, isWhole },
                cells: ['children', 'adults'].flatMap((who) => [
                  ...[
                    cellOf(row, who),
                    cellOf(row, `${who}Reached`),
                    shareWithInterval(row, `${who}Reached`),
                  ],
                ]),
                status: statusOf(row, ['children', 'childrenReached', 'adults', 'adultsReached']),
              })),
              definition: `${nameOf(minimumReached)}: ${minimumReached.title}. The number in force on the day on which somebody began, as in ${nameOf(dosage)}; interval of Wilson.`,
              n: began == null ? 'Not known' : `${number(began)} children and adults`,
              denominator: 'Children, or adults, of the group who had a session of a service with a minimum.',
              ...about(answer),
            },
          ],
    notes: [
      'Sessions count until the end of the year, those before it included; who only now begins may still reach it.',
    ],
  };
}

function shareWithInterval(row: Counted, name: string) {
  const [share, low, high] = ['', 'Low', 'High'].map((end) => valueOf(row, `${name}Percent${end}`));
  return share == null || low == null || high == null
    ? cellOf(row, `${name}Percent`)
    : `${share.toFixed(1)} % (${low.toFixed(1)} to ${high.toFixed(1)})`;
}
