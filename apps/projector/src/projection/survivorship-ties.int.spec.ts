import type { Role, SubmissionId } from '@kinledger/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { rowKeyOf, type DecidedFile, type DecidedLedger, type DecidedRow } from './decided-ledger.testing.js';
import { ReadModelsUnderTest } from './read-models-under-test.testing.js';

// Places in LEAP’s authority order: first, last of those listed, and outside it.
const FIRST = 'health-visiting.user';
const LAST = 'baby-steps.user';
const [OUTSIDE, ALSO_OUTSIDE] = ['natural-thinkers.user', 'pairs-together-time.user'];
const SESSIONS = 'natural-thinkers.engagement';

const [MAY, NOVEMBER, DECEMBER] = ['2022-05-01', '2022-11-01', '2022-12-01'];
/** Begin in April, September and October. */
const [SPRING, SCHOOL_YEAR, AUTUMN] = ['2022-23-Q1', '2022-23-AY', '2022-23-Q3'];

interface Said {
  readonly role?: Role;
  readonly on?: string;
  readonly undated?: boolean;
  readonly language?: string;
  readonly area?: string;
  readonly isProtected?: boolean;
}

/** A row about the one person of these examples. */
const row = (id: string, { role = 'adult', on = MAY, undated = false, ...said }: Said): DecidedRow => ({
  ...{ id, role, email: 'e', asOf: on, undated, attended: true },
  attributes: {
    ...(said.language === undefined ? {} : { homeLanguage: said.language }),
    ...(said.area === undefined ? {} : { lsoa: said.area }),
    ...(said.isProtected === true ? { addressProtected: 'yes' } : {}),
  },
});
const file = (
  dataset: string,
  rows: Readonly<Record<string, Said>>,
  { period = SPRING, sequence = 1 } = {},
): DecidedFile => ({
  ...{ dataset, period, sequence, supersedes: [] },
  rows: Object.entries(rows).map(([id, said]) => row(id, said)),
});

/** Role and attributes, each attribute with the row that it comes from. */
interface Answer {
  readonly role?: Role;
  readonly language?: string;
  readonly area?: string;
  readonly isProtected?: string;
}

/** Two rows of one dataset: the first has the smaller row key, but is second in every other order. */
const [SMALL_KEY, LARGE_KEY] = ['row-3', 'row-2'];
const keyOf = (dataset: string, id: string): string => rowKeyOf(dataset, row(id, {}));

/*
 * Worked out by hand from the order of the figures guide and of domain §4: the dataset’s place in the authority order,
 * datasets outside it sharing the last place; then the latest event or registration date; then the latest period; then
 * the
 * smallest row key. Attribute by attribute; the role is of the person record that ranks first, else of the fact that
 * does.
 */
const examples: [rule: string, what: string, files: DecidedFile[], answer: Answer][] = [
  [
    'authority',
    'the dataset that is first in the order, though another is later',
    [
      file(FIRST, { a: { language: 'yoruba', on: MAY } }),
      file(LAST, { b: { language: 'polish', on: DECEMBER } }, { period: AUTUMN }),
    ],
    { language: 'yoruba a' },
  ],
  [
    'authority',
    'a dataset that the order lists last before one that it does not list',
    [
      file(LAST, { b: { language: 'polish', on: MAY } }),
      file(OUTSIDE, { c: { language: 'twi', on: DECEMBER } }, { period: AUTUMN }),
    ],
    { language: 'polish b' },
  ],
  ...[
    { earlier: OUTSIDE, later: ALSO_OUTSIDE },
    { earlier: ALSO_OUTSIDE, later: OUTSIDE },
  ].map(({ earlier, later }): (typeof examples)[number] => [
    'authority',
    `datasets outside the order share one rank: ${later} is later`,
    [
      file(earlier, { c: { language: 'twi', on: NOVEMBER } }),
      file(later, { d: { language: 'welsh', on: DECEMBER } }),
    ],
    { language: 'welsh d' },
  ]),
  [
    'date',
    'the later date, though its period is earlier',
    [
      file(OUTSIDE, { c: { language: 'twi', on: DECEMBER } }, { period: SPRING }),
      file(ALSO_OUTSIDE, { d: { language: 'welsh', on: NOVEMBER } }, { period: AUTUMN }),
    ],
    { language: 'twi c' },
  ],
  [
    'date',
    'a date before none, though the period of none is later',
    [
      file(OUTSIDE, { c: { language: 'twi', on: MAY } }, { period: SPRING }),
      file(ALSO_OUTSIDE, { d: { language: 'welsh', undated: true } }, { period: AUTUMN }),
    ],
    { language: 'twi c' },
  ],
  [
    'date',
    'no date in a dataset of authority before a date elsewhere',
    [
      file(LAST, { b: { language: 'polish', undated: true } }),
      file(OUTSIDE, { c: { language: 'twi', on: DECEMBER } }, { period: AUTUMN }),
    ],
    { language: 'polish b' },
  ],
  ...[
    { earlier: SPRING, later: AUTUMN, why: 'a later quarter' },
    { earlier: SPRING, later: SCHOOL_YEAR, why: 'an academic year after spring' },
    { earlier: SCHOOL_YEAR, later: AUTUMN, why: 'a quarter that begins after the academic year' },
  ].flatMap(({ earlier, later, why }) =>
    [
      [OUTSIDE, ALSO_OUTSIDE],
      [ALSO_OUTSIDE, OUTSIDE],
    ].map(([one = '', other = '']): (typeof examples)[number] => [
      'period',
      `equal dates: ${why}, in ${other}`,
      [
        file(one, { c: { language: 'twi' } }, { period: earlier }),
        file(other, { d: { language: 'welsh' } }, { period: later }),
      ],
      { language: 'welsh d' },
    ]),
  ),
  [
    'period',
    'none of two has a date: the later period',
    [
      file(OUTSIDE, { c: { language: 'twi', undated: true } }, { period: AUTUMN }),
      file(ALSO_OUTSIDE, { d: { language: 'welsh', undated: true } }, { period: SPRING }),
    ],
    { language: 'twi c' },
  ],
  [
    'row key',
    'equal dates and periods: the smaller key of one file',
    [file(OUTSIDE, { [LARGE_KEY]: { language: 'twi' }, [SMALL_KEY]: { language: 'welsh' } })],
    { language: `welsh ${SMALL_KEY}` },
  ],
  [
    'row key',
    'equal dates and periods: the smaller key of two files, though its file has the smaller number',
    [
      file(OUTSIDE, { [SMALL_KEY]: { language: 'welsh' } }, { sequence: 1 }),
      file(OUTSIDE, { [LARGE_KEY]: { language: 'twi' } }, { sequence: 2 }),
    ],
    { language: `welsh ${SMALL_KEY}` },
  ],
  [
    'attribute by attribute',
    'what the first does not say comes from the next',
    [
      file(FIRST, { a: { area: 'E01990001' } }),
      file(OUTSIDE, { c: { language: 'twi', area: 'E01990002', on: DECEMBER } }),
    ],
    { language: 'twi c', area: 'E01990001 a' },
  ],
  [
    'live rows',
    'what a corrected row no longer says is not held',
    [
      file(OUTSIDE, { c: { language: 'twi', area: 'E01990001' } }),
      file(OUTSIDE, { c: { area: 'E01990001' } }, { period: AUTUMN }),
    ],
    { area: 'E01990001 c' },
  ],
  [
    'facts',
    'a session says attributes too, and the later one counts',
    [
      file(OUTSIDE, { c: { language: 'twi', area: 'E01990001', on: NOVEMBER } }),
      file(SESSIONS, { s: { language: 'welsh', on: DECEMBER } }),
    ],
    { language: 'welsh s', area: 'E01990001 c' },
  ],
  [
    'role',
    'of the person record with authority, though another is later',
    [file(LAST, { b: { role: 'adult' } }), file(OUTSIDE, { c: { role: 'volunteer', on: DECEMBER } })],
    { role: 'adult' },
  ],
  [
    'role',
    'of the later of two person records without authority',
    [file(OUTSIDE, { c: { role: 'volunteer', on: DECEMBER } }), file(ALSO_OUTSIDE, { d: { role: 'adult' } })],
    { role: 'volunteer' },
  ],
  [
    'role',
    'of a person record, though a session is later',
    [file(OUTSIDE, { c: { role: 'adult' } }), file(SESSIONS, { s: { role: 'volunteer', on: DECEMBER } })],
    { role: 'adult' },
  ],
  [
    'role',
    'of a person record, though a session is later and says attributes',
    [
      file(OUTSIDE, { c: { role: 'adult' } }),
      file(SESSIONS, { s: { role: 'volunteer', on: DECEMBER, language: 'twi' } }),
    ],
    { role: 'adult', language: 'twi s' },
  ],
  [
    'role',
    'of the later session, where there is no person record',
    [file(SESSIONS, { s: { role: 'volunteer', on: NOVEMBER }, t: { role: 'adult', on: DECEMBER } })],
    { role: 'adult' },
  ],
  ...[SMALL_KEY, LARGE_KEY].map((later): (typeof examples)[number] => [
    'role',
    `of the session in the later period, at equal dates: ${later}`,
    [SMALL_KEY, LARGE_KEY].map((id) =>
      id === later
        ? file(SESSIONS, { [id]: { role: 'volunteer' } }, { period: AUTUMN })
        : file(SESSIONS, { [id]: { role: 'adult' } }, { period: SPRING }),
    ),
    { role: 'volunteer' },
  ]),
  [
    'role',
    'of the session with the smaller key, at equal dates and periods',
    [file(SESSIONS, { [LARGE_KEY]: { role: 'volunteer' }, [SMALL_KEY]: { role: 'adult' } })],
    { role: 'adult' },
  ],
  [
    'protected area',
    'one protected row withholds the area that a dataset of authority gives',
    [
      file(FIRST, { a: { area: 'E01990001', language: 'yoruba', on: DECEMBER } }, { period: AUTUMN }),
      file(OUTSIDE, { c: { isProtected: true, on: MAY } }),
    ],
    { language: 'yoruba a', isProtected: 'yes c' },
  ],
  [
    'protected area',
    'a protected session withholds it too',
    [file(FIRST, { a: { area: 'E01990001' } }), file(SESSIONS, { s: { isProtected: true } })],
    { isProtected: 'yes s' },
  ],
  [
    'protected area',
    'a row that gives an area beside its protection does not give it',
    [file(FIRST, { a: { area: 'E01990001', isProtected: true } })],
    { isProtected: 'yes a' },
  ],
  [
    'protected area',
    'a corrected row that is protected no longer withholds nothing',
    [
      file(FIRST, { a: { area: 'E01990001' } }),
      file(OUTSIDE, { c: { isProtected: true } }),
      file(OUTSIDE, { c: {} }, { period: AUTUMN }),
    ],
    { area: 'E01990001 a' },
  ],
];

describe('survivorship, as worked out by hand', () => {
  const readModels = new ReadModelsUnderTest();
  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());

  /** The golden dataset's entry of the only individual with live rows. */
  async function individual(ledger: DecidedLedger): Promise<Answer> {
    const { rows } = await readModels.client.query<{
      role: Role;
      attributes: Readonly<Record<string, string>>;
      sources: Readonly<Record<string, string>>;
    }>(
      `SELECT role, attributes,
              (SELECT coalesce(jsonb_object_agg(name, replace(r.row_key::text, '-', '')), '{}')
               FROM jsonb_each_text(provenance) AS source (name, record)
               JOIN golden.record r ON replace(r.record_id::text, '-', '') = source.record) AS sources
       FROM golden.individual i
       WHERE EXISTS (SELECT FROM golden.record r WHERE r.individual_id = i.individual_id AND r.state = 'linked')`,
    );
    expect(rows).toHaveLength(1);
    const idOf = new Map(
      [...ledger.files.values()].flatMap(({ dataset, rows: said }) =>
        said.map(({ id }) => [keyOf(dataset, id), id] as const),
      ),
    );
    const { role, attributes = {}, sources = {} } = rows[0] ?? {};
    const said = (name: string) =>
      attributes[name] === undefined
        ? undefined
        : `${attributes[name]} ${idOf.get(sources[name] ?? '') ?? 'nobody'}`;
    const [language, area, isProtected] = [said('homeLanguage'), said('lsoa'), said('addressProtected')];
    return {
      ...(role === undefined ? {} : { role }),
      ...(language === undefined ? {} : { language }),
      ...(area === undefined ? {} : { area }),
      ...(isProtected === undefined ? {} : { isProtected }),
    };
  }

  async function arrived(files: readonly DecidedFile[], each: boolean): Promise<Answer> {
    const ledger = await readModels.open();
    for (const next of files) {
      await ledger.submit(next);
      if (each) await readModels.project(ledger);
    }
    await readModels.project(ledger);
    await readModels.expectARebuildToAgree(ledger);
    return individual(ledger);
  }

  it.each([OUTSIDE, SESSIONS])('has two rows of %s of which the first has the smaller key', (dataset) => {
    expect(keyOf(dataset, SMALL_KEY) < keyOf(dataset, LARGE_KEY)).toBe(true);
  });

  it.each(examples)('[%s] %s', async (_, __, files, answer) => {
    const expected: Answer = { role: 'adult', ...answer };
    expect(await arrived(files, true)).toEqual(expected);
    // In reverse order, and refreshed at once: arrival does not matter.
    expect(await arrived(files.toReversed(), false)).toEqual(expected);
  });

  describe('survivorship when files go', () => {
    async function then(files: readonly DecidedFile[], withdrawn: number): Promise<[Answer, Answer]> {
      const ledger = await readModels.open();
      const ids: SubmissionId[] = [];
      for (const next of files) ids.push(await ledger.submit(next));
      await readModels.project(ledger);
      const before = await individual(ledger);
      await ledger.withdraw(ids[withdrawn]!);
      await readModels.project(ledger);
      await readModels.expectARebuildToAgree(ledger);
      return [before, await individual(ledger)];
    }

    it('gives the second-ranked value when the first-ranked row is withdrawn', async () => {
      const files = [
        file(FIRST, { a: { language: 'yoruba' } }),
        file(OUTSIDE, { c: { language: 'twi', role: 'volunteer' } }),
      ];
      expect(await then(files, 0)).toEqual([
        { role: 'adult', language: 'yoruba a' },
        { role: 'volunteer', language: 'twi c' },
      ]);
    });

    it('shows the area again when the row with the protected address is withdrawn', async () => {
      const files = [file(FIRST, { a: { area: 'E01990001' } }), file(OUTSIDE, { c: { isProtected: true } })];
      expect(await then(files, 1)).toEqual([
        { role: 'adult', isProtected: 'yes c' },
        { role: 'adult', area: 'E01990001 a' },
      ]);
    });

    it('ranks a row by the period of the last file that repeats it, and by the one before when that file goes', async () => {
      const files = [
        file(OUTSIDE, { c: { language: 'twi' } }, { period: SPRING }),
        file(ALSO_OUTSIDE, { d: { language: 'welsh' } }, { period: SCHOOL_YEAR }),
        file(OUTSIDE, { c: { language: 'twi' } }, { period: AUTUMN }),
      ];
      expect(await then(files, 2)).toEqual([
        { role: 'adult', language: 'twi c' },
        { role: 'adult', language: 'welsh d' },
      ]);
    });
  });
});
