import { coverageName, reachTableColumns, reachUncounted } from '@kinledger/figures/columns';
import type { Figure, ReachAnswer } from '../api/reporting.js';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';

/** A remark on a row's coverage, unless the period's own file was received. */
const remark = (coverage: Figure['coverage']): string => {
  const name = coverageName(coverage);
  return coverage === 'files-received' ? '' : `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
};

/** An unknown count shows as a dash, not as 0. */
const shown = (value: number | null): string => (value === null ? '–' : count(value));

const cells = (figure: Figure): string[] => [
  ...reachTableColumns.map(({ of }) => shown(of(figure))),
  remark(figure.coverage),
];

/** Unique reach as a table: programme, strands, services. */
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
    table([{ title: '' }, ...reachTableColumns.map(({ heading }) => right(heading)), { title: '' }], rows),
    '',
    `Double counting removed: ${count(removed.children)} children, ${count(removed.adults)} adults, ${count(removed.families)} families.`,
    'Not counted above:',
    ...reachUncounted.map(({ column, line }) => `  ${line}: ${shown(answer.reach[column])}.`),
  ].join('\n');
}
