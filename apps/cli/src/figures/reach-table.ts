import type { Figure, ReachAnswer } from '../api/reporting.js';
import { count } from '../output/output.js';
import { table } from '../output/table.js';

const right = (title: string) => ({ title, align: 'right' as const });

/** What stands behind a row, where that is not the file of the period. */
const remarks: Readonly<Record<Figure['coverage'], string>> = {
  'files-received': '',
  'no-attendance-file': 'no attendance file received',
  'no-files': 'no files received',
  'activity-only': 'reports activity, not people',
};

/** What the figures do not count, each with its own line. */
const uncounted: readonly (readonly [count: Exclude<keyof Figure, 'coverage'>, title: string])[] = [
  ['unlinkable', 'Unlinkable rows, which the upper bound counts'],
  ['referred', 'Referred rows, which the upper bound counts'],
  [
    'indistinct',
    'People who may share an email or a mobile with somebody counted, whom the upper bound counts',
  ],
  ['anonymous', 'Anonymous attendances; each may stand for a group, and the upper bound counts none'],
  [
    'byBirthDateAlone',
    'Of those counted, told from others by a birth date without an NHS number: twins count as one',
  ],
  ['childrenThroughCarerOnly', 'Children reached through a carer only'],
  ['workforce', 'Practitioners and volunteers'],
];

/** A count that nobody knows is no 0. */
const shown = (value: number | null): string => (value === null ? '–' : count(value));

const cells = (figure: Figure): string[] => [
  shown(figure.children),
  shown(figure.adults),
  shown(figure.families),
  figure.upperBound === null || figure.individuals === null
    ? '–'
    : count(figure.upperBound - figure.individuals),
  shown(figure.upperBound),
  remarks[figure.coverage],
];

/** Unique reach as people read it: programme, strands, services. */
export function reachTable(answer: ReachAnswer): string {
  const rows = [
    [answer.programme, ...cells(answer.reach)],
    ...answer.strands.flatMap((strand) => [
      [`  ${strand.name}`, ...cells(strand)],
      ...strand.services.map((service) => [`    ${service.name}`, ...cells(service)]),
    ]),
    ...answer.otherServices.map((service) => [`  ${service.name}`, ...cells(service)]),
  ];
  const removed = answer.doubleCountingRemoved;
  return [
    `Unique reach, ${answer.label}, at ledger position ${count(answer.position)}`,
    '',
    table(
      [
        { title: '' },
        ...['Children', 'Adults', 'Families', 'Doubtful rows', 'At most (people)'].map(right),
        { title: '' },
      ],
      rows,
    ),
    '',
    `Double counting removed: ${count(removed.children)} children, ${count(removed.adults)} adults, ${count(removed.families)} families.`,
    'Not counted above:',
    ...uncounted.map(([name, title]) => `  ${title}: ${shown(answer.reach[name])}.`),
  ].join('\n');
}
