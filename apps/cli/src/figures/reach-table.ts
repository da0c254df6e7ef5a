import { coverageName, reachTableColumns, reachUncounted, SUPPRESSED } from '@kinledger/figures/columns';
import type { Figure, ReachAnswer } from '../api/reporting.js';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';

/** A remark on a row's coverage, unless the period's own file was received. */
const remark = (coverage: Figure['coverage']): string => {
  const name = coverageName(coverage);
  return coverage === 'files-received' ? '' : `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
};

/** An unknown count shows as a dash, not as 0, and a suppressed one as [c]. */
const shown = (value: number | null, { suppressed }: Pick<Figure, 'suppressed'>): string =>
  value === null ? (suppressed.length > 0 ? SUPPRESSED : '–') : count(value);

const cells = (figure: Figure): string[] => [
  ...reachTableColumns.map(({ of }) => shown(of(figure), figure)),
  remark(figure.coverage),
];

/** How the figures were made fit for a reader; nothing where they are exact. */
export const disclosureText = ({ disclosure }: { readonly disclosure: string }): readonly string[] =>
  disclosure === 'none'
    ? []
    : [
        `Disclosure control ${disclosure}. ${SUPPRESSED}: suppressed. Other counts are rounded, and need not add up.`,
      ];

const told = (value: number | null): string => (value === null ? SUPPRESSED : count(value));

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
    ...disclosureText(answer),
    '',
    table([{ title: '' }, ...reachTableColumns.map(({ heading }) => right(heading)), { title: '' }], rows),
    '',
    `Double counting removed: ${told(removed.children)} children, ${told(removed.adults)} adults, ${told(removed.families)} families.`,
    'Not counted above:',
    ...reachUncounted.map(({ column, line }) => `  ${line}: ${shown(answer.reach[column], answer.reach)}.`),
  ].join('\n');
}
