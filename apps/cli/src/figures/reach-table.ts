import type { Figure, ReachAnswer } from '../api/reporting.js';
import { count } from '../output/output.js';
import { table } from '../output/table.js';

const right = (title: string) => ({ title, align: 'right' as const });

const cells = (figure: Figure): string[] => [
  count(figure.children),
  count(figure.adults),
  count(figure.families),
  count(figure.unlinkable),
  figure.upperBound === figure.individuals ? '' : count(figure.upperBound),
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
        ...['Children', 'Adults', 'Families', 'Unlinkable rows', 'At most (people)'].map(right),
      ],
      rows,
    ),
    '',
    `Double counting removed: ${count(removed.children)} children, ${count(removed.adults)} adults, ${count(removed.families)} families.`,
    `Children reached through a carer only, not counted above: ${count(answer.reach.childrenThroughCarerOnly)}.`,
    `Practitioners and volunteers, not counted above: ${count(answer.reach.workforce)}.`,
    ...doubts(answer.reach),
  ].join('\n');
}

/** How the programme’s upper bound comes about, and what stands outside it. */
function doubts(reach: Figure): string[] {
  const { individuals, unlinkable, referred, indistinct, upperBound, anonymous, byBirthDateAlone } = reach;
  return [
    `At most ${count(upperBound)} people: ${count(individuals)} counted, ${count(unlinkable)} unlinkable rows, ` +
      `${count(referred)} rows in review, ${count(indistinct)} who may share an email or a mobile with somebody counted.`,
    `Outside that bound: ${count(anonymous)} anonymous attendances, and twins among the ${count(byBirthDateAlone)} ` +
      'people who have no NHS number and are told from others by a birth date.',
  ];
}
