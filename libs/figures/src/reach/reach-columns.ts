import { uncountedColumns, type CountColumn, type CountColumns, type KnownCounts } from '../count-columns.js';

/**
 * The columns of reach (domain §5). The role is the engagement row’s: one person may be an adult in one service and
 * workforce in another.
 */
export const reachColumns = {
  children: {
    unit: 'people',
    disclosure: 'protected',
    meaning: 'Individuals who attended as children.',
    heading: 'Children',
  },
  adults: {
    unit: 'people',
    disclosure: 'protected',
    meaning: 'Individuals who attended as adults; not as practitioners or volunteers.',
    heading: 'Adults',
  },
  families: {
    unit: 'families',
    disclosure: 'protected',
    meaning:
      'Reporting families; a person in none counts as a family of one, unless no row of theirs has an identifier.',
    heading: 'Families',
  },
  individuals: {
    unit: 'people',
    disclosure: 'protected',
    meaning: 'Distinct individuals among children and adults.',
  },
  childrenThroughCarerOnly: {
    unit: 'people',
    disclosure: 'protected',
    mayChangeBy: 'children',
    meaning: 'Children not reached themselves whose carer was. Not part of children.',
    heading: 'Children through a carer only',
    uncounted: {
      name: 'Children through a carer only',
      explanation: 'Not reached themselves, while a carer of theirs was.',
      line: 'Children reached through a carer only',
      inUpperBound: false,
    },
  },
  workforce: {
    unit: 'people',
    disclosure: 'protected',
    meaning: 'Individuals who attended as practitioners or volunteers. Not part of reach.',
    uncounted: {
      name: 'Practitioners and volunteers',
      explanation: 'People who attended as the workforce.',
      line: 'Practitioners and volunteers',
      inUpperBound: false,
    },
  },
  unlinkable: {
    unit: 'rows',
    disclosure: 'protected',
    meaning: 'Qualifying rows of children and adults without a usable identifier.',
    csv: 'unlinkable_rows',
    uncounted: {
      name: 'Unlinkable rows',
      explanation: 'Engagements of people without a usable identifier.',
      line: 'Unlinkable rows, which the upper bound counts',
      inUpperBound: true,
    },
  },
  referred: {
    unit: 'rows',
    disclosure: 'protected',
    meaning: 'Qualifying rows of children and adults that wait for review.',
    csv: 'referred_rows',
    uncounted: {
      name: 'Referred rows',
      explanation: 'Engagements that two people could own; they wait for review.',
      line: 'Referred rows, which the upper bound counts',
      inUpperBound: true,
    },
  },
  indistinct: {
    unit: 'people',
    disclosure: 'protected',
    mayChangeBy: 'rows',
    meaning:
      'Additional people whom the individuals’ rows could be about, where only an email, a mobile or a provider’s case number, which people share, joins the rows.',
    csv: 'indistinct_people',
    uncounted: {
      name: 'Indistinct people',
      explanation:
        'People who may share an email, a mobile or a case number with somebody who is counted, such as a couple.',
      line: 'People who may share an email, a mobile or a case number with somebody counted, whom the upper bound counts',
      inUpperBound: true,
    },
  },
  upperBound: {
    unit: 'people',
    disclosure: 'computed again',
    sumOf: ['individuals', 'unlinkable', 'referred', 'indistinct'],
    meaning:
      'individuals + unlinkable + referred + indistinct. It takes links by a score to be right, and leaves out anonymous and byBirthDateAlone: upperBound + joinedByScore takes no score on trust.',
    heading: 'At most (people)',
  },
  anonymous: {
    unit: 'rows',
    disclosure: 'protected',
    meaning: 'Qualifying rows that name nobody; each may stand for a group.',
    csv: 'anonymous_rows',
    uncounted: {
      name: 'Anonymous attendances',
      explanation: 'Engagements that name nobody. One may stand for a whole group.',
      line: 'Anonymous attendances; each may stand for a group, and the upper bound counts none',
      inUpperBound: false,
    },
  },
  byBirthDateAlone: {
    unit: 'people',
    disclosure: 'protected',
    meaning:
      'Of the individuals, those whom only a shared identifier and a birth date distinguish from others, without an NHS number; twins may count as one.',
    uncounted: {
      name: 'Distinguished by a birth date',
      explanation:
        'Of the people counted, those whom a birth date distinguishes from others, without an NHS number; twins count as one.',
      line: 'Of those counted, distinguished by a birth date without an NHS number; twins count as one',
      inUpperBound: false,
    },
  },
  familyUnknown: {
    unit: 'people',
    disclosure: 'protected',
    meaning:
      'Individuals, counted among children and adults, who are in no family and of whom no row has an identifier. Nothing says whose family they are: families leave them out.',
    csv: 'people_of_unknown_family',
    uncounted: {
      name: 'Of unknown family',
      explanation:
        'Of the people counted, those of whom no row has an identifier: nothing says whose family they are, and families leave them out.',
      line: 'Of those counted, without an identifier and of unknown family; families leave them out',
      inUpperBound: false,
    },
  },
  relatedFamilies: {
    unit: 'families',
    disclosure: 'protected',
    meaning:
      'Of the families, those of two people or more, whom rows relate. At least so many families were reached, if the further parts of two or more that rows show of one family are no more than the families of one person.',
    csv: 'families_of_several',
    heading: 'Families of several',
  },
  familiesUpperBound: {
    unit: 'families',
    disclosure: 'computed again',
    sumOf: ['families', 'familyUnknown', 'unlinkable', 'referred', 'indistinct'],
    meaning:
      'families + familyUnknown + unlinkable + referred + indistinct. It takes the relationships that rows state, and links by a score, to be right; and each email and mobile of a carer to be one person’s, also of a carer who did not attend. It leaves out anonymous and byBirthDateAlone.',
    heading: 'At most (families)',
  },
  joinedByScore: {
    unit: 'people',
    disclosure: 'protected',
    mayChangeBy: 'rows',
    meaning:
      'Additional people at most, if every link by a score were wrong: rows of one individual that no NHS number and no case number beside an identifier joins. upperBound leaves them out. 0 if the strategy gives no score.',
    csv: 'joined_by_score',
    uncounted: {
      name: 'Joined by a score',
      explanation:
        'People at most whom links by a score could hide, if every one were wrong. The upper bound takes these links to be right; together with this it takes none on trust.',
      line: 'People whom links by a score could hide, if every one were wrong; the upper bound takes them to be right',
      inUpperBound: false,
    },
  },
} as const satisfies CountColumns;

const {
  familyUnknown: _unknown,
  relatedFamilies: _related,
  familiesUpperBound: _most,
  joinedByScore: _score,
  ...columns1
} = reachColumns;
/** The columns of the first version, in which everybody in no family is a family of one. */
export const reachColumns1 = {
  ...columns1,
  families: {
    ...columns1.families,
    meaning: 'Reporting families; a person in none counts as a family of one.',
  },
  upperBound: {
    ...columns1.upperBound,
    meaning:
      'individuals + unlinkable + referred + indistinct. It takes links by a score to be right, and leaves out anonymous and byBirthDateAlone.',
  },
} as const satisfies CountColumns;

export type ReachColumn = keyof typeof reachColumns;

type ReachAnswered = KnownCounts<typeof reachColumns>;

/** Columns that a version counts otherwise than the latest does: beside each other, the two would tell of a change where there is none. */
export const reachRedefined = (version: number): readonly ReachColumn[] =>
  version === 1 ? ['families'] : [];

/** A column of a table for people. */
export interface TableColumn<Answered> {
  readonly heading: string;
  readonly of: (answered: Answered) => number | null;
}

const shown = <Name extends ReachColumn>(name: Name): TableColumn<Pick<ReachAnswered, Name>> => {
  const { heading }: CountColumn = reachColumns[name];
  return { heading: heading ?? name, of: (answered) => answered[name] };
};

/** Rows that could each be one more person: the difference between people reached and the upper bound. */
export const doubtfulRows = ({
  individuals,
  upperBound,
}: Pick<ReachAnswered, 'individuals' | 'upperBound'>): number | null =>
  individuals === null || upperBound === null ? null : upperBound - individuals;

/** Columns of every table of reach, on pages and at a terminal. */
export const reachTableColumns: readonly TableColumn<
  Pick<ReachAnswered, 'children' | 'adults' | 'families' | 'individuals' | 'upperBound'>
>[] = [
  shown('children'),
  shown('adults'),
  shown('families'),
  { heading: 'Doubtful rows', of: doubtfulRows },
  shown('upperBound'),
];

/** Additional columns of the table of strands and services. */
export const placesTableColumns: readonly TableColumn<ReachAnswered>[] = [
  ...reachTableColumns,
  shown('childrenThroughCarerOnly'),
];

/** Rows and people that reach does not count, one line per kind. */
export const reachUncounted = uncountedColumns<ReachColumn>(reachColumns, [
  ...(['unlinkable', 'referred', 'indistinct', 'anonymous', 'byBirthDateAlone', 'joinedByScore'] as const),
  ...(['familyUnknown', 'childrenThroughCarerOnly', 'workforce'] as const),
]);
