import { nameOf, reach, reachColumns, SUPPRESSED, type ReachColumn } from '@kinledger/figures';
import type { FigureAnswer, ReachAnswer } from '../figures/reach-answer.js';
import type { PartOf } from './reach-sections.js';
import type { ReportRow, ReportSection } from './report.js';
import { number, peopleCounted, shareOf } from './shares.js';
import { cellOf, statusOf } from './statuses.js';

const columns: readonly ReachColumn[] = ['children', 'adults', 'families', 'individuals', 'upperBound'];

const heads = [
  'Strand or service',
  'Children',
  'Adults',
  'Families',
  'Children and adults',
  'At most (people)',
];

const line = (name: string, figure: FigureAnswer, isWhole = false): ReportRow => ({
  name,
  cells: columns.map((column) => cellOf(figure, column)),
  status: statusOf(figure, columns),
  isWhole,
});

/** Reach of every strand and service; the programme counts everybody once. */
export function placesSection(of: PartOf, answer: ReachAnswer): ReportSection {
  const strands = answer.strands.filter(({ individuals }) => individuals !== null);
  const silent = answer.strands
    .flatMap(({ services }) => services)
    .filter(({ coverage }) => coverage === 'no-files' || coverage === 'no-attendance-file');
  const known = answer.strands
    .flatMap(({ services }) => services)
    .filter(({ children, suppressed }) => children !== null || suppressed.length > 0);
  return {
    id: `${of.key}-places`,
    title: 'Reach by strand and service',
    finding: `${number(known.length)} services have counts for ${of.label}; ${number(silent.length)} ${silent.length === 1 ? 'service' : 'services'} sent no file of attendance, so that the programme’s reach is not whole without ${silent.length === 1 ? 'it' : 'them'}.`,
    chart:
      strands.length === 0
        ? undefined
        : {
            title: `Reach by strand, ${of.label}`,
            description:
              'Bars of children and adults, and a mark for families, strand by strand. The table that follows holds the same figures.',
            categories: answer.strands.map(({ name }) => name),
            bars: [
              { name: 'Children', values: answer.strands.map(({ children }) => children) },
              { name: 'Adults', values: answer.strands.map(({ adults }) => adults) },
            ],
            marks: { name: 'Families', values: answer.strands.map(({ families }) => families) },
            unknown: answer.strands.map(({ suppressed }) =>
              suppressed.length > 0 ? SUPPRESSED : 'No files',
            ),
            order: 'list',
          },
    tables: [
      {
        caption: `Reach by strand and service, ${of.label}`,
        heads,
        rows: [
          ...answer.strands.flatMap((strand) => [
            line(`Strand: ${strand.name}`, strand, true),
            ...strand.services.map((service) => line(service.name, service)),
          ]),
          ...answer.otherServices.map((service) => line(service.name, service)),
          line('Programme, each counted once', answer.reach, true),
        ],
        definition: `${nameOf(reach)}: ${reach.title}.`,
        n: peopleCounted(answer.reach.individuals),
        denominator: 'None: counts, not shares.',
        ...{ position: answer.position, disclosure: answer.disclosure },
      },
    ],
  };
}

/** How much the sum of the services counts twice. */
export function removedSection(of: PartOf, answer: ReachAnswer): ReportSection {
  const removed = answer.doubleCountingRemoved;
  const counts = ['children', 'adults', 'families'] as const;
  const { children, adults, families } = removed;
  const isKnown = answer.reach.coverage === 'files-received' || answer.reach.children !== null;
  return {
    id: `${of.key}-removed`,
    title: 'Double counting removed',
    finding:
      isKnown && children !== null && adults !== null && families !== null
        ? `Adding up the services would count ${number(children)} children, ${number(adults)} adults and ${number(families)} families more than there are.`
        : undefined,
    tables: [
      {
        caption: `Double counting removed, ${of.label}`,
        heads: ['Count', 'Sum of the services', 'Programme', 'Removed', 'Removed, share of the sum'],
        rows: counts.map((column) => {
          const whole = answer.reach[column];
          const excess = isKnown ? removed[column] : null;
          const sum = whole === null || excess === null ? null : whole + excess;
          const isSuppressed = isKnown && (whole === null || excess === null);
          const shown = (value: number | null) => (isSuppressed ? (value ?? SUPPRESSED) : value);
          return {
            name: reachColumns[column].heading,
            cells: [shown(sum), shown(whole), shown(excess), shareOf(excess, sum)],
            status: isSuppressed ? 'Suppressed in part' : statusOf(answer.reach, [column]),
          };
        }),
        definition: `${nameOf(reach)}: sum of the services’ reach less the programme’s. Who used several services is counted once.`,
        n: peopleCounted(answer.reach.individuals),
        denominator: 'Sum of the services.',
        ...{ position: answer.position, disclosure: answer.disclosure },
      },
    ],
    notes: ['Repeat visits are not double counts: reach counts people, not visits.'],
  };
}
