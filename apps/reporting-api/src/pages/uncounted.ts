import type { FigureAnswer } from '../figures/reach-answer.js';

/** Counts of a figure: what may be null and is not the coverage. */
type CountName = Exclude<keyof FigureAnswer, 'coverage'>;

interface Uncounted {
  readonly count: CountName;
  readonly name: string;
  readonly meaning: string;
  /** True where each could be one person more, so that the upper bound counts it. */
  readonly inUpperBound: boolean;
}

/** What the figures of reach do not count, in the order of the page's table: one line for each kind. */
const uncounted: readonly Uncounted[] = [
  {
    count: 'unlinkable',
    name: 'Unlinkable rows',
    meaning: 'Engagements of people whom no identifier tells apart.',
    inUpperBound: true,
  },
  {
    count: 'referred',
    name: 'Referred rows',
    meaning: 'Engagements that two people could own; they wait for review.',
    inUpperBound: true,
  },
  {
    count: 'indistinct',
    name: 'Indistinct people',
    meaning: 'People who may share an email or a mobile with somebody who is counted, such as a couple.',
    inUpperBound: true,
  },
  {
    count: 'anonymous',
    name: 'Anonymous attendances',
    meaning: 'Engagements that name nobody. One may stand for a whole group.',
    inUpperBound: false,
  },
  {
    count: 'byBirthDateAlone',
    name: 'Told apart by a birth date',
    meaning:
      'Of the people counted, those whom a birth date and no NHS number tells from others: twins count as one.',
    inUpperBound: false,
  },
  {
    count: 'childrenThroughCarerOnly',
    name: 'Children through a carer only',
    meaning: 'Not reached themselves, while a carer of theirs was.',
    inUpperBound: false,
  },
  {
    count: 'workforce',
    name: 'Practitioners and volunteers',
    meaning: 'People who attended as the workforce.',
    inUpperBound: false,
  },
];

/** The lines of the table for one figure. */
export const uncountedOf = (figure: FigureAnswer) =>
  uncounted.map(({ count, ...line }) => ({ ...line, value: figure[count] }));

/** Rows and people that could each be one person more: what lies between people reached and the upper bound. */
export const doubtfulRows = ({
  individuals,
  upperBound,
}: Pick<FigureAnswer, 'individuals' | 'upperBound'>) =>
  individuals === null || upperBound === null ? null : upperBound - individuals;
