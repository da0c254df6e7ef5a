import type { DataOutputSpecification } from './specification.js';

/** A column of an extract, as its codebook describes it. */
export interface ExtractColumn {
  readonly name: string;
  /** At most 80 characters, so that statistical packages keep it whole. */
  readonly label: string;
  readonly type: 'text' | 'integer' | 'number' | 'date' | 'month';
  readonly unit?: string;
  /** Codes of the column itself; those of attributes are the programme’s. */
  readonly codes?: readonly string[];
  /** Which rows can have a value. */
  readonly universe: string;
  readonly derivation: string;
  readonly source: string;
}

export const tableNames = ['people', 'engagements', 'outcomes', 'unlinked'] as const;
export type TableName = (typeof tableNames)[number];

export interface ExtractTable {
  readonly name: TableName;
  /** What one row stands for. */
  readonly grain: string;
  readonly columns: readonly ExtractColumn[];
}

/** How surely a row belongs to its person, the surest first. */
export const linkBands = ['nhs-number', 'birth-date', 'shared'] as const;

const person: ExtractColumn = {
  name: 'person',
  label: 'Pseudonym of the person, of this study alone',
  type: 'text',
  universe: 'every row',
  derivation: 'HMAC-SHA256 of the individual’s id under the study’s key, 32 hex digits',
  source: 'linkage',
};

const band = (of: string): ExtractColumn => ({
  name: 'link_band',
  label: `What tells this person from others on ${of}`,
  type: 'text',
  codes: linkBands,
  universe: 'every row',
  derivation:
    'nhs-number: the row has an NHS number; birth-date: a birth date or the key of a child; shared: neither, only an e-mail, a mobile or a case number, which a family may share',
  source: 'linkage',
});

const ofRow: readonly ExtractColumn[] = [
  person,
  {
    ...{ name: 'dataset', label: 'Dataset that the row is from', type: 'text', universe: 'every row' },
    ...{ derivation: 'as submitted', source: 'submission' },
  },
  {
    ...{ name: 'service', label: 'Service that reported the row', type: 'text', universe: 'every row' },
    ...{ derivation: 'that of the dataset', source: 'programme definition' },
  },
  {
    ...{ name: 'event_date', label: 'Day of the event', type: 'date', universe: 'every row' },
    ...{ derivation: 'as submitted, yyyy-mm-dd', source: 'event date of the row' },
  },
];

const reported = (
  name: string,
  type: ExtractColumn['type'],
  label: string,
  rest: Partial<ExtractColumn> = {},
): ExtractColumn => ({
  ...{ name, type, label, universe: 'every row', derivation: 'as submitted', source: `${name} of the row` },
  ...rest,
});

const truth = { codes: ['1', '0'] };

const engagements: ExtractTable = {
  name: 'engagements',
  grain: 'one row for each linked engagement of a person',
  columns: [
    ...ofRow,
    reported('session_kind', 'text', 'Kind of session'),
    reported('attended', 'integer', 'Whether the person came', truth),
    reported('minutes', 'integer', 'Length of the engagement', { unit: 'minutes' }),
    reported('qualifying', 'integer', 'Whether it counts towards reach', {
      ...truth,
      derivation: 'attended, and of a session kind that the dataset’s schema lists',
    }),
    band('this row'),
  ],
};

const outcomes: ExtractTable = {
  name: 'outcomes',
  grain: 'one row for each measurement of a person',
  columns: [
    ...ofRow,
    reported('place', 'integer', 'Place of the measurement in its row, from 0'),
    reported('instrument', 'text', 'Instrument of measurement'),
    reported('measure', 'text', 'What it measures'),
    reported('occasion', 'text', 'Occasion, such as first or last'),
    reported('score', 'number', 'Score'),
    band('this row'),
  ],
};

const count = (name: string, label: string, derivation: string): ExtractColumn => ({
  ...{ name, label, derivation, type: 'integer', unit: 'rows', universe: 'every dataset', source: 'linkage' },
});

const unlinked: ExtractTable = {
  name: 'unlinked',
  grain: 'one row for each dataset: what became of its rows of the study’s roles, and who is missing',
  columns: [
    ...ofRow.slice(1, 3),
    count('rows', 'Rows of people', 'live rows of the study’s roles, whoever agreed'),
    count('linked', 'Rows that belong to a person', 'linked rows'),
    count('unlinkable', 'Rows without a usable identifier', 'set aside by the linker'),
    count('referred', 'Rows that wait for a review', 'could belong to either of two people'),
    count('not_agreed', 'Linked rows of people who did not agree to evaluation', 'left out of this extract'),
    {
      ...count(
        'weight',
        'Weight that makes up for the unlinked rows',
        '(linked + unlinkable + referred) ÷ linked',
      ),
      ...{ type: 'number', unit: 'rows a row' },
    },
  ],
};

function people({ attributes, area, families }: DataOutputSpecification): ExtractTable {
  const said = (name: string, label: string, rest: Partial<ExtractColumn> = {}): ExtractColumn => ({
    ...{ name, label, type: 'text', universe: 'every person' },
    derivation: 'of the highest-ranked row that the study may see; -6 where only other rows say it',
    source: `attribute ${name}`,
    ...rest,
  });
  return {
    name: 'people',
    grain: 'one row for each person of the cohort',
    columns: [
      person,
      said('role', 'Child or adult', {
        ...{ codes: ['child', 'adult', 'practitioner', 'volunteer'], source: 'role of the rows' },
        derivation: 'role of the first-ranked row',
      }),
      ...(families
        ? [
            {
              ...person,
              name: 'family',
              label: 'Pseudonym of the family, of this study alone',
              universe: 'people related to somebody; -7 otherwise',
              derivation:
                'HMAC-SHA256 of the family’s id under the study’s key; related by any row of the programme',
            },
          ]
        : []),
      ...attributes.map((name) =>
        name === 'birthMonth'
          ? said(name, 'Month of birth', { type: 'month', derivation: 'yyyy-mm; the day is never held' })
          : said(name, `Attribute ${name}`),
      ),
      ...(area === 'decile'
        ? [
            said('decile', 'Deprivation decile of the residence; 1 is the most deprived', {
              ...{ type: 'integer', source: 'attribute lsoa, and the deprivation of the programme’s area' },
              derivation:
                'of the LSOA of the highest-ranked row that the study may see; -9 where an address is protected',
            }),
          ]
        : []),
      ...(area === 'lsoa' ? [said('lsoa', 'LSOA of the residence')] : []),
      {
        ...band('the weakest of this person’s rows'),
        derivation: 'the least sure link_band of the person’s rows in this extract',
      },
      {
        ...count('rows', 'Rows of this person in the datasets', 'linked rows that the study may see'),
        universe: 'every person',
      },
      {
        ...count('providers', 'Providers that reported this person', 'of those rows'),
        ...{ unit: 'providers', universe: 'every person' },
      },
      {
        ...count(
          'weight',
          'Weight that makes up for rows that nobody could link',
          'mean weight of the datasets of the person’s rows',
        ),
        ...{ type: 'number', unit: 'people a person', universe: 'every person' },
      },
    ],
  };
}

/** The tables of an extract, in their order. */
export const tablesOf = (specification: DataOutputSpecification): readonly ExtractTable[] => [
  people(specification),
  engagements,
  outcomes,
  unlinked,
];
