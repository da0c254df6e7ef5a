import { MIN_PEOPLE, type DecoyCount, type LinkageQuality } from '@kinledger/linkage-quality';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';
import type { EstimatedReach } from './bounded-reach.js';
import type { DecoyQuality } from './decoy-quality.js';
import { boundsTable, measuredText } from './describe-quality.js';
import type { ReviewedLinks } from './review-sample.js';

/** What `quality --decoys` found, for people. */
export const describeDecoys = ({ strategy, records, decoys, heldOut }: DecoyQuality): string =>
  [
    `${count(records)} live records were linked again by ${strategy}, in memory; nothing was written`,
    '',
    'Decoys, each with the fields of different people, which must not be linked',
    table(
      [{ title: '' }, ...['Decoys', 'Linked', 'Referred', 'Share linked'].map(right)],
      [['all', decoys.all] as const, ...Object.entries(decoys.byRole)].map(([role, counted]) => [
        `  ${role}`,
        ...decoyCells(counted),
      ]),
    ),
    '',
    'Records with an NHS number, linked as if nobody had one',
    table(
      [
        { title: '' },
        ...['People', 'Records', 'Wrong links', 'Missing links', 'Precision', 'Recall'].map(right),
      ],
      Object.entries(heldOut).map(([role, quality]) => [`  ${role}`, ...heldOutCells(quality)]),
    ),
  ].join('\n');

const decoyCells = ({ decoys, linked, referred, share, interval }: DecoyCount): string[] =>
  decoys < MIN_PEOPLE
    ? ['fewer than 10', '', '', '']
    : [...[decoys, linked, referred].map(count), measuredText({ value: share, interval })];

function heldOutCells({ people, records, measures }: LinkageQuality): string[] {
  if (people < MIN_PEOPLE) return ['fewer than 10', '', '', '', '', ''];
  const { falseLinks, missedLinks, precision, recall } = measures;
  return [...[people, records].map(count), ...[falseLinks, missedLinks, precision, recall].map(measuredText)];
}

/** What `quality --reviewed` found, for people. */
export const describeReviewed = ({ strata, falseLinks }: ReviewedLinks): string =>
  [
    'Links that people reviewed, by the rule that made them',
    table(
      [{ title: '' }, ...['Links', 'Drawn', 'Same', 'Different', 'Undecided'].map(right)],
      strata.map(({ stratum, links, sampled, same, different, undecided }) => [
        `  ${stratum}`,
        ...[links, sampled, same, different, undecided].map(count),
      ]),
    ),
    '',
    `Wrong links among all, weighted by stratum: ${measuredText(falseLinks)}`,
  ].join('\n');

/** What the figure's upper bound takes on trust. */
export const describeParts = (byScore: number): string =>
  `Scores alone hold ${count(byScore)} parts of individuals together, in all periods. If each of these links is wrong, reach exceeds its upper bound by so many people at most.`;

/** Bounds where no truth is known. */
export const describeBounds = (period: string, { families, ...people }: EstimatedReach): string =>
  [
    `Reach of ${period}, between its bounds`,
    boundsTable<'children' | 'adults'>(people),
    `  Of families ${count(families.counted)} were counted, and ${count(families.unknown)} people without an identifier, whose family nothing tells, were left out.`,
    `  There are at most ${count(families.high)}, if the relationships that rows state are right. How many relationships of people alone are missing, no rate says:`,
    `  there are at least the ${count(families.low)} of two people or more, if families that rows show in two parts, beyond one each, are no more than the people alone who are families.`,
  ].join('\n');
