import { cellOfDigests, digestsInCell, opKin1Names, permittedNames } from '@kinledger/derivations';
import {
  pseudonymisedRow,
  type DatasetId,
  type DataType,
  type ProviderId,
  type PseudonymisedRow,
  type Role,
  type SubmissionId,
} from '@kinledger/contracts';
import {
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  opLeap1With,
} from '@kinledger/domain/identifiers';
import { datasetSchema, type Dataset, type PostcodeLookup } from '@kinledger/programme/definition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedPerson } from '../people/named-person.js';
import { namesOnePerson } from '../people/person-identifiers.js';
import { personMarkKinds, PersonMarks, suppressedIn, type Suppressed } from '../people/person-marks.js';
import { RecordIds } from '../names/numbered-rows.js';
import { portableHashing } from '../portable-hashing.js';
import { DerivedAtSource } from '../tokens/derived-at-source.js';
import { SaltedDigests } from '../tokens/salted-digests.js';
import { TokenKeys } from '../tokens/token-keys.js';
import type { CanonicalRow } from './canonical-row.js';
import { FileRows, type Keys } from './file-rows.js';
import { noRows } from './row-counts.js';
import { isRowUnfit } from './row-unfit.js';

const publishedKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const { sha256, hmacSha256 } = portableHashing;
const salt = 'mackerel';
const keys: Keys = {
  hashing: portableHashing,
  tokens: new TokenKeys(1, () => [hmacSha256(publishedKey)]),
  digests: new SaltedDigests(sha256, salt),
  rowKeyHash: hmacSha256(Buffer.alloc(32, 1)),
  recordIdHash: hmacSha256(Buffer.alloc(32, 2)),
};
const postcodes: PostcodeLookup = {
  lsoaOf: (postcode) => (postcode === 'SW9 1AA' ? 'E01003014' : undefined),
  isProtected: (postcode) => postcode === 'ZZ9 9ZZ',
  entries: () => [].values(),
  protectedPostcodes: ['ZZ9 9ZZ'],
  size: 2,
};
/** Tokens of the known answers in domain §2, made with the published key and salt. */
const amara = {
  email: 'ff6e71e73e135602248b83cd1fccafe1',
  nhsNumber: '8f83bf72ccad009eb00a569c35d6dbe6',
  mobile: '6627bbc3b6fd96c32ee780158564cccd',
  childKey: 'f918696f4c2180e018d25e7de739e5f1',
  birthDate: '5f6aafa00d2ed4efdd9177650668fa57',
};
const digests = {
  nhsNumber: '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
  email: '6F360E04B6B400782E538BDC343B363B7FB7356DE542A11D689BAB36F581E22D',
  mobile: 'C48B5BC7D11162DA843CE8C0347AC2C08C282CCD4BC45F5DD04D4ACAED0F267F',
  childKey: '700D43006FFCB61BCB057827F8D2314DF261BFB6A9C15C0AAF1EA50E054DB1C1',
  birthDate: 'A2DF76EC074224A137D4790F918F70EB72C7A44257C9A4F87D7DE912AADD209F',
};

interface Column {
  readonly name: string;
  readonly type?: string;
  readonly [rest: string]: unknown;
}

function datasetOf(
  dataType: DataType,
  columns: readonly Column[],
  rest: object,
  primaryKey?: string[],
): Dataset {
  const fields = columns.map(({ name, type = 'string', constraints = {}, ...extension }) => ({
    name,
    title: name,
    type,
    constraints,
    'x-kinledger': extension,
  }));
  const schema = datasetSchema.parse({ fields, 'x-kinledger': rest, ...(primaryKey ? { primaryKey } : {}) });
  // The rows use nothing else of a dataset.
  return { id: `natural-thinkers.${dataType}` as DatasetId, dataType, schema } as Dataset;
}

const participants = datasetOf(
  'user',
  [
    { name: 'case_number', identifiers: [{ kind: 'case-number', use: 'local' }] },
    { name: 'role', target: { to: 'role' }, valueMap: { c: 'child', a: 'adult', v: 'volunteer' } },
    { name: 'nhs_number', identifiers: [{ kind: 'nhs-number', use: 'identity' }] },
    { name: 'first_name' },
    {
      name: 'email',
      identifiers: [
        { kind: 'email', use: 'identity', roles: ['adult'] },
        { kind: 'email', use: 'carer', roles: ['child'] },
      ],
    },
    { name: 'mobile', identifiers: [{ kind: 'mobile', use: 'identity' }] },
    { name: 'second_mobile', identifiers: [{ kind: 'mobile', use: 'identity' }] },
    {
      name: 'birth_date',
      type: 'date',
      identifiers: [{ kind: 'birth-date', use: 'guard' }],
      target: { to: 'birth-month' },
    },
    {
      name: 'gender',
      constraints: { enum: ['F', 'M', 'X'] },
      identifiers: [{ kind: 'gender', use: 'guard' }],
      target: { to: 'attribute', name: 'gender' },
    },
    { name: 'postcode', format: 'postcode', target: { to: 'lsoa' } },
    { name: 'registered', type: 'date', target: { to: 'fact', name: 'registeredOn' } },
    { name: 'notes' },
  ],
  { childKey: { carerEmail: 'email', birthDate: 'birth_date', firstName: 'first_name', gender: 'gender' } },
  ['case_number'],
);

const zoe: Record<string, string | null> = {
  case_number: 'C-17',
  role: 'child',
  nhs_number: '9434765919',
  first_name: 'ZOE',
  email: 'amara.okafor7@example.org',
  mobile: '07700900123',
  birth_date: '2020-02-29',
  gender: 'F',
  postcode: 'SW9 1AA',
  registered: '2023-07-04',
  notes: 'told in confidence',
};
const amaraAsAdult = { ...zoe, case_number: 'C-18', role: 'adult', first_name: null, birth_date: null };

const rowsOf = (
  dataset: Dataset,
  withKeys: Keys = keys,
  submission = '5f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId,
  suppressed?: Suppressed,
): FileRows =>
  new FileRows(
    withKeys,
    {
      submission,
      provider: 'natural-thinkers-team' as ProviderId,
      dataset,
      seed: Buffer.alloc(32, 9),
    },
    postcodes,
    suppressed,
  );
const landed = (dataset: Dataset, rowNumber: number, row: Record<string, string | null>): CanonicalRow => [
  rowNumber,
  dataset.schema.fields.map(({ name }) => row[name] ?? null),
];
/** One pseudonymised row, validated against the contract. */
function pseudonymised(dataset: Dataset, row: Record<string, string | null>): PseudonymisedRow {
  const made = rowsOf(dataset).pseudonymise(landed(dataset, 2, row), noRows());
  return pseudonymisedRow.parse(made);
}
const told = (row: PseudonymisedRow) =>
  row.tokens.map(({ domain, use, token }) => `${domain} ${use} ${token}`);

describe('the published example', () => {
  it('gives exactly the published tokens as a child’s row', () => {
    expect(told(pseudonymised(participants, zoe))).toEqual([
      expect.stringMatching(/^case-number:natural-thinkers-team local [0-9a-f]{32}$/),
      `nhs-number identity ${amara.nhsNumber}`,
      `email carer ${amara.email}`,
      `mobile carer ${amara.mobile}`,
      `birth-date guard ${amara.birthDate}`,
      expect.stringMatching(/^gender guard [0-9a-f]{32}$/),
      `child-key identity ${amara.childKey}`,
    ]);
  });

  it('identifies by the same email and mobile as an adult’s row', () => {
    expect(told(pseudonymised(participants, amaraAsAdult))).toEqual([
      expect.stringMatching(/^case-number:natural-thinkers-team local /),
      `nhs-number identity ${amara.nhsNumber}`,
      `email identity ${amara.email}`,
      `mobile identity ${amara.mobile}`,
      expect.stringMatching(/^gender guard /),
    ]);
  });

  it('keeps only coded values of everything else', () => {
    const row = pseudonymised(participants, zoe);
    expect(row).toMatchObject({ role: 'child', derived: [], keyVersion: 1 });
    expect(row.attributes).toEqual({ gender: 'F', birthMonth: '2020-02', lsoa: 'E01003014' });
    expect(row.facts).toEqual({ kind: 'registration', registeredOn: '2023-07-04' });
  });
});

/** A column of digests from a source. */
const column = (name: string, kind: string, use: string) => ({
  name,
  format: 'digest',
  identifiers: [{ kind, use, form: 'digest' }],
});

describe('digests made at source', () => {
  const atSource = datasetOf(
    'user',
    [
      column('case_number', 'case-number', 'local'),
      column('nhs_number', 'nhs-number', 'identity'),
      column('email', 'email', 'carer'),
      column('mobile', 'mobile', 'carer'),
      column('child_key', 'child-key', 'identity'),
      column('birth_date', 'birth-date', 'guard'),
      { name: 'birth_month', format: 'birth-month', target: { to: 'birth-month' } },
      { name: 'lsoa', format: 'lsoa', target: { to: 'lsoa' } },
    ],
    { role: 'child' },
    ['case_number'],
  );
  const row = {
    case_number: digests.mobile,
    nhs_number: digests.nhsNumber,
    email: digests.email,
    mobile: digests.mobile,
    child_key: digests.childKey,
    birth_date: digests.birthDate,
    birth_month: '2020-02',
    lsoa: 'E01003014',
  };
  const published = [
    expect.stringMatching(/^case-number:natural-thinkers-team local /) as string,
    `nhs-number identity ${amara.nhsNumber}`,
    `email carer ${amara.email}`,
    `mobile carer ${amara.mobile}`,
    `child-key identity ${amara.childKey}`,
    `birth-date guard ${amara.birthDate}`,
  ];

  it('become the same tokens as clear values', () => {
    const made = pseudonymised(atSource, row);
    expect(told(made)).toEqual(published);
    expect(made.attributes).toEqual({ birthMonth: '2020-02', lsoa: 'E01003014' });
  });
});

describe('tokens', () => {
  it.each(['email', 'birth_date', 'first_name', 'gender'])('without %s there is no child key', (missing) => {
    const tokens = pseudonymised(participants, { ...zoe, [missing]: null }).tokens;
    expect(tokens.filter(({ domain }) => domain === 'child-key')).toEqual([]);
  });

  it('an adult has no child key', () => {
    const tokens = pseudonymised(participants, { ...zoe, role: 'adult' }).tokens;
    expect(tokens.map(({ domain }) => domain)).not.toContain('child-key');
  });

  it('omit identifiers of other roles', () => {
    const tokens = pseudonymised(participants, { ...zoe, role: 'volunteer' }).tokens;
    expect(tokens.map(({ domain }) => domain)).not.toContain('email');
  });

  it('include a value of two columns once', () => {
    const twice = pseudonymised(participants, { ...amaraAsAdult, second_mobile: '07700900123' });
    const two = pseudonymised(participants, { ...amaraAsAdult, second_mobile: '07700900456' });
    expect(twice.tokens.filter(({ domain }) => domain === 'mobile')).toHaveLength(1);
    expect(two.tokens.filter(({ domain }) => domain === 'mobile')).toHaveLength(2);
  });

  it('are counted by kind and use', () => {
    const counts = noRows();
    rowsOf(participants).pseudonymise(landed(participants, 2, zoe), counts);
    expect(counts.tokens).toEqual({
      'case-number local': 1,
      'nhs-number identity': 1,
      'email carer': 1,
      'mobile carer': 1,
      'birth-date guard': 1,
      'gender guard': 1,
      'child-key identity': 1,
    });
  });

  it('have the newest key version, wrapped through all versions', () => {
    const two = new TokenKeys(2, () => [hmacSha256(publishedKey), hmacSha256(Buffer.alloc(32, 5))]);
    const row = rowsOf(participants, { ...keys, tokens: two }).pseudonymise(
      landed(participants, 2, zoe),
      noRows(),
    );
    expect(row.keyVersion).toBe(2);
    const email = row.tokens.find(({ domain }) => domain === 'email')?.token;
    expect(email).toBe(hmacSha256(Buffer.alloc(32, 5)).hexOfHex(amara.email).slice(0, 32));
  });
});

describe('digests of empty values', () => {
  const atSource = datasetOf(
    'user',
    [
      column('case_number', 'case-number', 'local'),
      column('nhs_number', 'nhs-number', 'identity'),
      column('email', 'email', 'identity'),
      column('mobile', 'mobile', 'identity'),
      column('birth_date', 'birth-date', 'guard'),
    ],
    { role: 'adult' },
  );
  const digested = (text: string) => opLeap1With(sha256).digestOpLeap1({ Value: text }, salt);
  const domainsOf = (row: Readonly<Record<string, string>>) =>
    told(pseudonymised(atSource, row)).map((token) => token.split(' ')[0]);

  it.each([
    ['an empty cell', ''],
    ['a pair of quotation marks', '""'],
    ['NULL', 'NULL'],
    ['Unknown', 'Unknown'],
    ['not stated, without its space', 'notstated'],
  ])('produce no token: %s', (_, text) => {
    const digest = digested(text);
    expect(
      domainsOf({
        case_number: digest,
        nhs_number: digest,
        email: digest,
        mobile: digest,
        birth_date: digest,
      }),
    ).toEqual([]);
  });

  it.each([
    ['nhs-number', 'nhs_number', '9876543210'],
    ['email', 'email', 'none@none.com'],
    ['email', 'email', 'noemail@example.com'],
    ['mobile', 'mobile', '07777777777'],
    ['birth-date', 'birth_date', '01.01.1900'],
  ])('produce no token for a placeholder that is refused in clear text: %s', (_, name, text) => {
    expect(domainsOf({ [name]: digested(text) })).toEqual([]);
  });

  it('produce no token for a placeholder of another kind either', () => {
    expect(domainsOf({ email: digested('07777777777') })).toEqual([]);
    expect(domainsOf({ email: digested('07700900123') })).toEqual(['email']);
  });
});

describe('postcodes', () => {
  it('have no area and are counted if unknown; protected ones are counted separately', () => {
    const counts = noRows();
    const rows = rowsOf(participants);
    const attributes = ['SW2 9ZZ', 'ZZ9 9ZZ', null].map(
      (postcode, index) =>
        rows.pseudonymise(landed(participants, index, { ...zoe, postcode }), counts).attributes,
    );
    for (const each of attributes) expect(each).not.toHaveProperty('lsoa');
    expect(attributes.map((each) => each['addressProtected'])).toEqual([undefined, 'yes', undefined]);
    expect(counts).toMatchObject({ rows: 3, unknownPostcodes: 1, protectedPostcodes: 1 });
  });

  it('may be replaced by areas, with a word for a protected address', () => {
    const areas = datasetOf('user', [{ name: 'area', format: 'lsoa', target: { to: 'lsoa' } }], {
      role: 'adult',
    });
    expect(pseudonymised(areas, { area: 'protected' }).attributes).toEqual({ addressProtected: 'yes' });
    expect(pseudonymised(areas, { area: 'E01003014' }).attributes).toEqual({ lsoa: 'E01003014' });
  });
});

describe('values that exist', () => {
  it('of forces post offices and no fixed abode have no area, and are not counted as unknown', () => {
    const counts = noRows();
    const rows = rowsOf(participants);
    for (const [index, postcode] of ['BFPO 1', 'ZZ99 3VZ', 'BF1 1AA', 'GIR 0AA'].entries()) {
      const { attributes } = rows.pseudonymise(landed(participants, index, { ...zoe, postcode }), counts);
      expect(attributes).not.toHaveProperty('lsoa');
    }
    expect(counts).toMatchObject({ rows: 4, unknownPostcodes: 0, protectedPostcodes: 0 });
  });

  it('of gender unknown give neither guard nor attribute, and no child key', () => {
    const row = pseudonymised(participants, { ...zoe, gender: null });
    expect(row.attributes).not.toHaveProperty('gender');
    expect(told(row).some((token) => /^(gender|child-key) /.test(token))).toBe(false);
    expect(told(row)).toContain(`nhs-number identity ${amara.nhsNumber}`);
  });
});

describe('refusals of consent', () => {
  const people = datasetOf(
    'user',
    [
      { name: 'case_number', identifiers: [{ kind: 'case-number', use: 'local' }] },
      { name: 'email', identifiers: [{ kind: 'email', use: 'identity' }] },
      { name: 'consent', type: 'boolean', consent: true },
    ],
    { role: 'adult' },
    ['case_number'],
  );
  const row = (caseNumber: string, consents: boolean) => ({
    case_number: caseNumber,
    email: consents ? `${caseNumber.toLowerCase()}@example.org` : null,
    consent: String(consents),
  });
  /** The content of a file: case numbers of rows, and of refusals. */
  const told = (rows: readonly (readonly [string, boolean])[]) => {
    const file = rowsOf(people);
    const all = rows.map(([name, consents], index) => landed(people, index + 2, row(name, consents)));
    for (const each of all) file.noteRefusal(each);
    const name = (rowKey: string) => ['A', 'B'].find((id) => rowKeyOf(id) === rowKey) ?? '?';
    const going = all
      .filter((each) => !file.withholds(each))
      .map((each) => file.pseudonymise(each, noRows()));
    return {
      rows: going.map(({ rowKey, record }) => `${name(rowKey)} ${rowNumberOf(record)}`),
      refused: file.refused.map(name),
    };
  };
  const rowKeyOf = (id: string) => pseudonymised(people, row(id, true)).rowKey;
  const recordIds = new RecordIds(portableHashing, keys.recordIdHash);
  const rowNumberOf = (record: string) =>
    Array.from({ length: 20 }, (_, number) => number).find(
      (number) => recordIds.recordIdOf('5f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId, number) === record,
    );

  it.each([
    ['a no after a yes retires it', 'A+ B+ A-', ['B 3'], ['A']],
    ['a yes after a no stands', 'A- B+ A+', ['B 3', 'A 4'], []],
    ['a yes, a no and a yes: the last one stands alone', 'A+ A- A+', ['A 4'], []],
    ['a refusal alone is reported as such', 'A-', [], ['A']],
    ['two refusals count once', 'A- B- A-', [], ['A', 'B']],
    ['nobody refuses', 'A+ B+', ['A 2', 'B 3'], []],
  ])('%s', (_case, file, rows, refused) => {
    const said = file.split(' ').map((text) => [text[0] ?? '', text[1] === '+'] as const);
    expect(told(said)).toEqual({ rows, refused });
  });

  it('hold by the last row of each id, and never report an id both ways', () => {
    const said = fc.array(fc.tuple(fc.constantFrom('A', 'B'), fc.boolean()), { maxLength: 9 });
    fc.assert(
      fc.property(said, (file) => {
        const last = new Map(file);
        const { rows, refused } = told(file);
        expect(refused.toSorted()).toEqual(
          [...last]
            .filter(([, consents]) => !consents)
            .map(([id]) => id)
            .sort(),
        );
        expect(new Set(rows.map((text) => text[0]))).toEqual(
          new Set([...last].filter(([, consents]) => consents).map(([id]) => id)),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('row keys', () => {
  const sessions = datasetOf(
    'engagement',
    [
      { name: 'case_number', identifiers: [{ kind: 'case-number', use: 'local' }] },
      { name: 'email', identifiers: [{ kind: 'email', use: 'identity' }] },
      { name: 'carer_email', identifiers: [{ kind: 'email', use: 'carer' }] },
      { name: 'birth_date', type: 'date', identifiers: [{ kind: 'birth-date', use: 'guard' }] },
      { name: 'date', type: 'date', target: { to: 'fact', name: 'eventDate' } },
      {
        name: 'kind',
        constraints: { enum: ['home-visit', 'group'] },
        target: { to: 'fact', name: 'sessionKind' },
      },
      { name: 'attended', type: 'boolean', target: { to: 'fact', name: 'attended' } },
      { name: 'minutes', type: 'integer', target: { to: 'fact', name: 'minutes' } },
    ],
    { role: 'adult', naturalKey: ['case_number', 'date', 'kind'], naturalKeyIsStable: true },
  );
  const visit: Record<string, string | null> = {
    case_number: 'C-17',
    email: 'ann@example.org',
    date: '2023-07-04',
    kind: 'home-visit',
    attended: 'true',
    minutes: '45',
  };
  const otherSubmission = 'a'.repeat(32) as SubmissionId;
  const keysOf = (dataset: Dataset, rows: readonly Record<string, string | null>[], from?: SubmissionId) => {
    const file = rowsOf(dataset, keys, from);
    return rows.map((row, index) => file.pseudonymise(landed(dataset, index, row), noRows()).rowKey);
  };

  it('by row id stay the same for a corrected row, in any file and position', () => {
    const before = rowsOf(participants).pseudonymise(landed(participants, 2, zoe), noRows());
    const after = rowsOf(participants, keys, otherSubmission).pseudonymise(
      landed(participants, 9, { ...zoe, gender: 'X', email: 'other@example.org' }),
      noRows(),
    );
    expect(after.rowKey).toBe(before.rowKey);
    expect(after.record).not.toBe(before.record);
  });

  it('by natural key and person stay the same for a corrected fact, and distinguish occurrences in file order', () => {
    const other = { ...visit, date: '2023-07-05' };
    const [first, second, third] = keysOf(sessions, [visit, visit, visit]);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(
      keysOf(sessions, [other, visit, { ...visit, minutes: '50' }, visit], otherSubmission).slice(1),
    ).toEqual([first, second, third]);
  });

  it('by natural key and person differ for two people, in one file and in two', () => {
    const bob = { ...visit, email: 'bob@example.org' };
    const nobody = { ...visit, email: null };
    const made = [visit, bob, nobody].flatMap((row) => [
      ...keysOf(sessions, [row]),
      ...keysOf(sessions, [row], otherSubmission),
    ]);
    expect(new Set(made).size).toBe(3);
    // Occurrences are counted per person.
    expect(keysOf(sessions, [visit, bob, nobody])).toEqual(made.filter((_, index) => index % 2 === 0));
  });

  it('and the rest of a row do not depend on whether earlier people are cached or forgotten', () => {
    const pick = (...values: (string | null)[]) => fc.constantFrom(...values);
    const row = fc.record({
      case_number: pick('C-17', '17', '1', null),
      email: pick('ann@example.org', 'bob@example.org', null),
      carer_email: pick('ann@example.org', 'bob@example.org', null),
      birth_date: pick('2020-02-29', '1990-01-01', null),
      date: pick('2023-07-04', '2023-07-05'),
      kind: pick('home-visit', 'group'),
      attended: pick('true', 'false'),
      minutes: pick('45', null),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 25 }), (some) => {
        const [remembering, forgetting] = [rowsOf(sessions), rowsOf(sessions)];
        const [counts, others] = [noRows(), noRows()];
        some.forEach((one, index) => {
          const made = remembering.pseudonymise(landed(sessions, index, one), counts);
          expect(forgetting.pseudonymise(landed(sessions, index, one), others)).toEqual(made);
          forgetting.forget();
        });
        expect(others).toEqual(counts);
      }),
    );
  });

  it.each(['case_number', 'date', 'kind'])(
    'without %s are unique to the submission, and the same when it is delivered again',
    (missing) => {
      const dataset = datasetOf(
        'user',
        ['case_number', 'date', 'kind'].map((name) => ({ name })),
        { role: 'adult', naturalKey: ['case_number', 'date', 'kind'], naturalKeyIsStable: true },
      );
      const row = { ...visit, [missing]: null };
      const once = keysOf(dataset, [row, row]);
      expect(new Set([...once, ...keysOf(dataset, [row, row], otherSubmission)]).size).toBe(4);
      expect(keysOf(dataset, [row, row])).toEqual(once);
    },
  );

  it('ignore a natural key that is not declared stable', () => {
    const dataset = datasetOf(
      'user',
      ['case_number', 'date', 'kind'].map((name) => ({ name })),
      { role: 'adult', naturalKey: ['case_number', 'date', 'kind'] },
    );
    const made = [...keysOf(dataset, [visit]), ...keysOf(dataset, [visit], otherSubmission)];
    expect(new Set(made).size).toBe(2);
  });

  it('without a row id or a stable natural key are unique to the submission', () => {
    const withoutId = { ...zoe, case_number: null };
    const made = [
      ...keysOf(participants, [withoutId, withoutId]),
      ...keysOf(participants, [withoutId], otherSubmission),
    ];
    expect(new Set(made).size).toBe(3);
  });

  it('are shared if and only if natural key, identity tokens and occurrence are', () => {
    const text = (...values: (string | null)[]) => fc.constantFrom(...values);
    const anySession = fc.record({
      case_number: text('C-17', 'C-18', null),
      email: text('ann@example.org', 'bob@example.org', null, null),
      carer_email: text('ann@example.org', null, null),
      birth_date: text('1990-02-01', '1991-02-01', null, null),
      date: text('2023-07-04', '2023-07-05'),
      kind: text('home-visit', 'group'),
      attended: text('true', 'false'),
      minutes: text('45', null),
    });
    fc.assert(
      fc.property(
        fc.array(anySession, { maxLength: 8 }),
        fc.array(anySession, { maxLength: 8 }),
        (one, two) => {
          const named = (rows: readonly Record<string, string | null>[], submission: SubmissionId) => {
            const file = rowsOf(sessions, keys, submission);
            const seen = new Map<string, number>();
            return rows.map((row, index) => {
              const made = file.pseudonymise(landed(sessions, index, row), noRows());
              const identity = told(made).filter((token) => !token.includes(' local '));
              const key = [row['case_number'], row['date'], row['kind'], ...identity].join();
              const occurrence = (seen.get(key) ?? 0) + 1;
              seen.set(key, occurrence);
              const name = row['case_number'] === null ? `${submission} ${index}` : `${key} ${occurrence}`;
              return { rowKey: made.rowKey, name };
            });
          };
          const all = [...named(one, 'b'.repeat(32) as SubmissionId), ...named(two, otherSubmission)];
          for (const left of all)
            for (const right of all) expect(left.rowKey === right.rowKey).toBe(left.name === right.name);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of an engagement', () => {
    const facts = (row: Record<string, string | null>) => pseudonymised(sessions, row).facts;
    expect(facts(visit)).toEqual({
      kind: 'engagement',
      eventDate: '2023-07-04',
      sessionKind: 'home-visit',
      attended: true,
      minutes: 45,
    });
    expect(facts({ ...visit, attended: 'false', minutes: null })).not.toHaveProperty('minutes');
    expect(facts({ ...visit, minutes: '10001' })).not.toHaveProperty('minutes');
  });

  it('are required: a row without one is unfit, and the error quotes nothing of it', () => {
    const file = rowsOf(sessions);
    const attempt = () => file.pseudonymise(landed(sessions, 2, { ...visit, date: null }), noRows());
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'row-unfit', reason: 'row-without-fact' }) as Error,
    );
    try {
      attempt();
    } catch (error) {
      expect(isRowUnfit(error)).toBe(true);
      expect(String(error)).not.toContain('C-17');
    }
  });

  it('a row whose role the schema does not have is unfit', () => {
    for (const role of [null, 'practitioner', 'toString']) {
      expect(() => pseudonymised(participants, { ...zoe, role })).toThrow(/row-without-role/);
    }
  });
});

describe('facts of the other data types', () => {
  const codes: Readonly<Record<string, readonly string[]>> = {
    instrument: ['asq-3'],
    measure: ['communication'],
    occasion: ['first'],
    question: ['felt-listened-to'],
    category: ['human', 'other'],
    item: ['training-day'],
    unit: ['days'],
  };
  /** The type that the check of a programme requires. */
  const typeOf = (name: string): Omit<Column, 'name'> => {
    if (name === 'eventDate') return { type: 'date' };
    if (name === 'rating') return { type: 'integer' };
    if (name === 'score' || name === 'quantity') return { type: 'number' };
    return { constraints: { enum: codes[name] } };
  };
  const factsOf = (
    dataType: DataType,
    names: readonly string[],
    row: Record<string, string>,
    fixed?: Record<string, string>,
  ) => {
    const dataset = datasetOf(
      dataType,
      names.map((name) => ({ name: name.toLowerCase(), target: { to: 'fact', name }, ...typeOf(name) })),
      { role: 'none', ...(fixed === undefined ? {} : { facts: fixed }) },
    );
    const lower = Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
    return pseudonymised(dataset, lower).facts;
  };

  it('of an outcome', () => {
    const row = {
      eventDate: '2023-07-04',
      instrument: 'asq-3',
      measure: 'communication',
      occasion: 'first',
      score: '42.5',
    };
    const { eventDate, ...measured } = row;
    expect(factsOf('outcome', Object.keys(row), row)).toEqual({
      ...{ kind: 'outcome', eventDate, measurements: [{ ...measured, score: 42.5 }] },
    });
    expect(() => factsOf('outcome', Object.keys(row), { ...row, score: '1e999' })).toThrow(
      /row-with-odd-number/,
    );
  });

  it('of an outcome whose instrument and measure the schema says for every row', () => {
    const row = { eventDate: '2023-07-04', occasion: 'first', score: '-0.63' };
    const fixed = { instrument: 'ncmp', measure: 'bmi-z-score' };
    expect(factsOf('outcome', Object.keys(row), row, fixed)).toEqual({
      ...{ kind: 'outcome', eventDate: '2023-07-04' },
      measurements: [{ ...fixed, occasion: 'first', score: -0.63 }],
    });
  });

  it('of an outcome whose row states several measures, each in a column', () => {
    const dataset = datasetOf(
      'outcome',
      [
        { name: 'date', type: 'date', target: { to: 'fact', name: 'eventDate' } },
        { name: 'height', type: 'number', target: { to: 'measure', measure: 'height-cm' } },
        {
          ...{ name: 'goal', constraints: { enum: ['1', '2', 'A'] } },
          target: { to: 'measure', measure: 'goal', instrument: 'eyfsp', scores: { '1': 1, '2': 2 } },
        },
        { name: 'weight', type: 'number', target: { to: 'measure', measure: 'weight-kg', occasion: 'last' } },
      ],
      { role: 'none', facts: { instrument: 'ncmp', occasion: 'reception' } },
    );
    const read = (row: Record<string, string | null>) =>
      pseudonymised(dataset, { date: '2023-07-04', ...row }).facts;
    const height = { instrument: 'ncmp', measure: 'height-cm', occasion: 'reception', score: 110.5 };
    expect(read({ height: '110.5', goal: '2', weight: '19' })).toEqual({
      ...{ kind: 'outcome', eventDate: '2023-07-04' },
      measurements: [
        height,
        { instrument: 'eyfsp', measure: 'goal', occasion: 'reception', score: 2 },
        { instrument: 'ncmp', measure: 'weight-kg', occasion: 'last', score: 19 },
      ],
    });
    expect(read({ height: '110.5', goal: 'A', weight: null })).toMatchObject({ measurements: [height] });
    expect(() => read({ height: null, goal: 'A', weight: null })).toThrow(/row-without-fact/);
  });

  it('of feedback', () => {
    const row = { eventDate: '2023-07-04', question: 'felt-listened-to', rating: '4' };
    expect(factsOf('feedback', Object.keys(row), row)).toEqual({ kind: 'feedback', ...row, rating: 4 });
    expect(() => factsOf('feedback', Object.keys(row), { ...row, rating: '4.5' })).toThrow(
      /row-with-odd-number/,
    );
  });

  it('of an input', () => {
    const row = {
      eventDate: '2023-07-04',
      category: 'human',
      item: 'training-day',
      quantity: '3',
      unit: 'days',
    };
    expect(factsOf('input', Object.keys(row), row)).toEqual({ kind: 'input', ...row, quantity: 3 });
    expect(() => factsOf('input', Object.keys(row), { ...row, category: 'other' })).toThrow(
      /row-with-odd-category/,
    );
  });
});

describe('any row', () => {
  const cell = fc.option(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.values(zoe).filter((value) => value !== null)),
    ),
  );
  const anyRow = fc.record(Object.fromEntries(Object.keys(zoe).map((name) => [name, cell])));

  it('produces the same valid bytes each time, or is refused each time without being quoted', () => {
    const outcomeOf = (row: Record<string, string | null>) => {
      try {
        return JSON.stringify(pseudonymised(participants, row));
      } catch (error) {
        if (!isRowUnfit(error)) throw error;
        return error.message;
      }
    };
    const made: boolean[] = [];
    fc.assert(
      fc.property(anyRow, (values) => {
        const row = { ...values, role: 'child', gender: 'F', registered: '2023-07-04' } as Record<
          string,
          string | null
        >;
        const outcome = outcomeOf(row);
        expect(outcomeOf(row)).toBe(outcome);
        made.push(outcome.startsWith('{'));
        if (!outcome.startsWith('{'))
          expect(outcome).toBe('a row cannot be pseudonymised: row-not-canonical');
      }),
    );
    expect(new Set(made).size).toBe(2);
  });

  it.each([
    ['birth_date', '29/02/2020'],
    ['birth_date', '29.02.2020'],
    ['registered', '4 July 2023'],
    ['gender', 'Female'],
    ['gender', 'amara.okafor7@example.org'],
  ])('is refused if %s would leave as %s, which is not canonical', (name, value) => {
    const attempt = () => pseudonymised(participants, { ...zoe, [name]: value });
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'row-unfit', reason: 'row-not-canonical' }) as Error,
    );
    expect(attempt).toThrow(/^a row cannot be pseudonymised: row-not-canonical$/);
  });

  it('reveals no identifier that it was given', () => {
    const text = JSON.stringify(pseudonymised(participants, zoe));
    for (const name of ['case_number', 'nhs_number', 'email', 'mobile', 'postcode', 'notes'] as const) {
      expect(text).not.toContain(zoe[name]);
    }
    expect(text).not.toMatch(/2020-02-29|29\.02\.2020|ZOE|amara|okafor/i);
  });
});

const minimum = permittedNames({
  fields: ['given-name-part', 'birth-date', 'gender', 'postcode', 'email', 'mobile', 'nhs-number'],
});
const deriving: Dataset = { ...participants, derived: minimum };
const derivedOf = (row: Record<string, string | null>, dataset = deriving) =>
  new Map(pseudonymised(dataset, row).derived.map((entry) => [entry.derivation, entry]));

describe('derived tokens', () => {
  it('are none where the dataset has none', () => {
    expect(pseudonymised(participants, zoe).derived).toEqual([]);
  });

  it('are of what a child’s row holds, with what rests on contacts called the carer’s', () => {
    expect([...derivedOf(zoe).keys()].sort()).toEqual([
      ...[
        'birth-date-first-three-gender',
        'birth-date-month-day',
        'birth-date-postcode',
        'birth-date-swapped',
      ],
      ...['birth-date-year', 'birth-date-year-day', 'birth-date-year-month', 'carer-birth-date-email-head'],
      ...[
        'carer-birth-date-email-tail',
        'carer-email-deletions',
        'carer-email-local',
        'carer-mobile-deletions',
      ],
      ...['carer-mobile-last-six', 'given-name-first-three', 'nhs-number-deletions', 'postcode'],
      ...['postcode-deletions', 'postcode-outward', 'postcode-sector'],
    ]);
  });

  it('are an adult’s own, and equal the carer’s on the row of the child', () => {
    const [carer, child] = [derivedOf({ ...amaraAsAdult, birth_date: '1990-05-01' }), derivedOf(zoe)];
    expect([...carer.keys()].filter((name) => name.startsWith('carer-'))).toEqual([]);
    for (const name of ['email-local', 'email-deletions', 'mobile-last-six', 'mobile-deletions']) {
      const { domain, tokens } = carer.get(name)!;
      expect(child.get(`carer-${name}`)).toMatchObject({ domain, tokens });
    }
    expect(carer.has('given-name-first-three')).toBe(false);
  });

  it('agree in spite of a typing error, and only there', () => {
    const [right, wrong] = [
      derivedOf(amaraAsAdult),
      derivedOf({ ...amaraAsAdult, email: 'amara.okafr7@example.org', postcode: 'SW9 1AB', mobile: null }),
    ];
    const shared = (name: string) =>
      right.get(name)!.tokens.filter((token) => wrong.get(name)?.tokens.includes(token)).length;
    expect(shared('email-deletions')).toBe(1);
    expect(shared('email-local')).toBe(0);
    expect(shared('postcode-deletions')).toBe(1);
    expect(shared('postcode-sector')).toBe(1);
    expect(shared('mobile-deletions')).toBe(0);
  });

  it('are as many for a short value as for a longer one of its size, and in an order that tells nothing', () => {
    for (const email of ['abc@example.org', 'amara.okafor7@example.org']) {
      const { tokens } = derivedOf({ ...amaraAsAdult, email }).get('email-deletions')!;
      expect(tokens).toHaveLength(16);
      expect(new Set(tokens).size).toBe(16);
      expect(tokens).toEqual([...tokens].sort());
    }
  });

  it('are made of permitted fields alone', () => {
    const derived = permittedNames({ fields: ['birth-date', 'postcode'], except: ['birth-date-year'] });
    const names = [...derivedOf(zoe, { ...participants, derived }).keys()];
    expect(names).toContain('birth-date-postcode');
    expect(names).not.toContain('birth-date-year');
    for (const name of names) expect(name).toMatch(/^(?:birth-date|postcode)/);
  });

  it('are once of a number that stands in two columns, and apart of two numbers', () => {
    const mobilesOf = (second: string) =>
      pseudonymised(deriving, { ...amaraAsAdult, second_mobile: second }).derived.filter(
        ({ derivation }) => derivation === 'mobile-last-six',
      );
    expect(mobilesOf('07700900123')).toHaveLength(1);
    expect(mobilesOf('07700900456')).toHaveLength(2);
  });

  it('are apart of two numbers that are within one edit of each other', () => {
    const { derived } = pseudonymised(deriving, { ...amaraAsAdult, second_mobile: '07700900124' });
    const sets = derived.filter(({ derivation }) => derivation === 'mobile-deletions');
    expect(sets).toHaveLength(2);
  });

  it('are none of a protected address', () => {
    const names = [...derivedOf({ ...zoe, postcode: 'ZZ9 9ZZ' }).keys()];
    expect(names.filter((name) => name.includes('postcode'))).toEqual([]);
  });

  it('are the same whether the values before are remembered or forgotten', () => {
    const rows = [zoe, amaraAsAdult, { ...zoe, case_number: 'C-19', first_name: 'MAX' }, zoe];
    const made = (forgets: boolean) => {
      const file = rowsOf(deriving);
      return rows.map((row, at) => {
        if (forgets) file.forget();
        return file.pseudonymise(landed(deriving, at + 2, row), noRows()).derived;
      });
    };
    expect(made(true)).toEqual(made(false));
  });

  it('hold nothing of the values, nor their digests', () => {
    const text = JSON.stringify(pseudonymised(deriving, zoe).derived);
    expect(text).not.toMatch(/2020|zoe|sw9|amara|okafor|0900123|9434765919/i);
    for (const { tokens } of derivedOf(zoe).values())
      for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{32}$/);
  });

  it('fit into a row, whatever is derived', () => {
    const everything = pseudonymised({ ...participants, derived: opKin1Names }, zoe).derived;
    expect(everything.length).toBeLessThanOrEqual(128);
    for (const { tokens } of everything) expect(tokens.length).toBeLessThanOrEqual(64);
  });
});

describe('derived digests that a source made', () => {
  const columns = participants.schema.fields.filter(
    ({ name }) => name !== 'first_name' && name !== 'postcode',
  );
  const schema = {
    ...participants.schema,
    fields: [
      ...columns.map((field) => ({
        ...field,
        'x-kinledger': {
          ...field['x-kinledger'],
          identifiers: field['x-kinledger'].identifiers.map((identifier) => ({
            ...identifier,
            ...(identifier.kind === 'gender' ? {} : { form: 'digest' as const }),
          })),
        },
      })),
      ...datasetSchema.parse({
        fields: [
          {
            name: 'area',
            title: 'Area',
            type: 'string',
            'x-kinledger': { format: 'lsoa', target: { to: 'lsoa' } },
          },
          { name: 'derived', title: 'Derived', type: 'string', 'x-kinledger': { format: 'derived-digests' } },
        ],
      }).fields,
    ],
    'x-kinledger': { ...participants.schema['x-kinledger'], childKey: undefined },
  } as unknown as Dataset['schema'];
  const ofSource: Dataset = { ...deriving, schema };
  const source = new DerivedAtSource(deriving, keys.digests.derived, postcodes);
  const cellOf = (row: Record<string, string | null>) =>
    source.cellOf(row['role'] as Role, landed(deriving, 2, row)[1]);
  /** A row as the source sends it, with the digests of its contacts. */
  const arriving = (row: Record<string, string | null>, cell = cellOf(row)) => ({
    ...{ role: row['role'] ?? null, gender: row['gender'] ?? null },
    ...Object.fromEntries(
      (['email', 'mobile', 'second_mobile'] as const).flatMap((column) => {
        const value = row[column] ?? null;
        const kind = column === 'email' ? 'email' : 'mobile';
        return value === null ? [] : [[column, keys.digests.of(kind, value as never)]];
      }),
    ),
    ...{ derived: cell === '' ? null : cell, area: 'E01003014' },
  });
  const byName = (entries: PseudonymisedRow['derived']) =>
    entries.map((entry) => JSON.stringify(entry)).sort();

  it('become the tokens that arrival makes of the same person', () => {
    const rows = [zoe, { ...amaraAsAdult, birth_date: '1990-05-01', second_mobile: '07700900456' }];
    rows.push(
      { ...zoe, mobile: null, email: 'li@example.org', nhs_number: null },
      { ...zoe, postcode: 'ZZ9 9ZZ' },
    );
    for (const row of rows) {
      const made = pseudonymised(ofSource, arriving(row)).derived;
      expect(made.length).toBeGreaterThan(0);
      expect(byName(made)).toEqual(byName(pseudonymised(deriving, row).derived));
    }
  });

  it('are read again as they were written', () => {
    const cell = cellOf(zoe);
    expect(cellOfDigests(digestsInCell(cell)!)).toBe(cell);
    expect(cell).not.toMatch(/amara|okafor|zoe|sw9/i);
  });

  it.each([
    ['amara.okafor7@example.org'],
    ['email-local/1=amara'],
    [`unheard-of/1=${'A'.repeat(64)}`],
    [`email-local/2=${'A'.repeat(64)}`],
    [`mobile-deletions/1=${'A'.repeat(64)}`],
    [`email-local/1=${'A'.repeat(64)},${'a'.repeat(64)}`],
    [`email/1=${'A'.repeat(64)}`],
  ])('are none in %s', (cell) => {
    expect(digestsInCell(cell)).toBeUndefined();
    expect(pseudonymised(ofSource, arriving(zoe, cell)).derived).toEqual([]);
  });

  it('are dropped if they rest on a contact of the carer whose own digest is not on the row', () => {
    const names = pseudonymised(ofSource, { ...arriving(zoe), email: null }).derived.map(
      ({ derivation }) => derivation,
    );
    expect(names.some((name) => name.includes('mobile'))).toBe(true);
    expect(names.filter((name) => name.includes('email'))).toEqual([]);
  });

  it('have no token where the value was empty', () => {
    const ofNothing = keys.digests.derived.of('email:local', '');
    expect(pseudonymised(ofSource, arriving(zoe, `carer-email-local/1=${ofNothing}`)).derived).toEqual([]);
  });

  it('are dropped where the agreement does not permit them', () => {
    const derived = permittedNames({ fields: ['postcode'] });
    const names = pseudonymised({ ...ofSource, derived }, arriving(zoe)).derived.map(
      ({ derivation }) => derivation,
    );
    expect(names.sort()).toEqual(derived);
    const { derived: _, ...without } = ofSource;
    expect(pseudonymised(without, arriving(zoe)).derived).toEqual([]);
  });

  it('are the carer’s on a child’s row, whatever the source calls them, and never a carer’s on an adult’s', () => {
    const cell = cellOf(zoe);
    const namesOf = (row: Record<string, string | null>, text: string) =>
      pseudonymised(ofSource, arriving(row, text))
        .derived.map(({ derivation }) => derivation)
        .sort();
    expect(namesOf(zoe, cell.replaceAll('carer-', ''))).toEqual(namesOf(zoe, cell));
    expect(namesOf(amaraAsAdult, cell).filter((name) => /email|mobile/.test(name))).toEqual([]);
  });

  it('say nothing of a protected address', () => {
    const row = { ...arriving(zoe), area: 'protected' };
    const names = pseudonymised(ofSource, row).derived.map(({ derivation }) => derivation);
    expect(names).toContain('birth-date-year');
    expect(names.filter((name) => name.includes('postcode'))).toEqual([]);
  });
});

describe('rows of suppressed people', () => {
  const marks = new PersonMarks(hmacSha256(Buffer.alloc(32, 5)));
  const serviceDefinition = { provider: 'natural-thinkers-team' };
  const numbers = { zoe: '9434765919', other: '9876543210' };
  const named = (identifiers: Parameters<typeof namedPerson>[3]) =>
    namedPerson(keys, marks, [{ ...participants, serviceDefinition } as Dataset], identifiers);
  const isSuppressed = (
    row: Record<string, string | null>,
    suppressed: readonly string[],
    since: readonly string[] = [],
  ) => {
    const people = peopleOf(suppressed, since);
    const onSince = () => {
      throw new Error('suppressed since');
    };
    return rowsOf(participants, keys, undefined, suppressedIn(marks, people, onSince)).isSuppressed(
      landed(participants, 2, row),
    );
  };
  const peopleOf = (macs: readonly string[], since: readonly string[] = []) => ({
    ...{ macs: new Set(macs), since: new Set(since), kinds: new Set<string>(personMarkKinds) },
  });
  const macsOf = (person: ReturnType<typeof named>) => person.marks.map(({ mac }) => mac);
  const nhsNumber = canonicalNhsNumber(numbers.zoe)!;
  const child = {
    carerEmail: canonicalEmail('amara.okafor7@example.org')!,
    birthDate: canonicalBirthDate('2020-02-29')!,
    firstName3: canonicalChildFirstName3('Zoe')!,
    gender: canonicalGender('F')!,
  };

  it('are known by NHS number, by child key and by the provider’s own number, each alone', () => {
    const provider = 'natural-thinkers-team' as ProviderId;
    const caseNumber = { provider, value: canonicalCaseNumber('C-17')! };
    for (const identifiers of [{ nhsNumber }, { child }, { caseNumber }]) {
      const macs = macsOf(named(identifiers));
      expect(macs).toHaveLength(1);
      expect(isSuppressed(zoe, macs)).toBe(true);
    }
    const elsewhere = { caseNumber: { ...caseNumber, provider: 'another-team' as ProviderId } };
    expect(named(elsewhere)).toEqual({ tokens: [], rowKeys: [], marks: [] });
  });

  it('are no rows of others, whatever contacts they share', () => {
    const macs = macsOf(named({ nhsNumber, child }));
    expect(isSuppressed({ ...amaraAsAdult, nhs_number: null }, macs)).toBe(false);
    expect(isSuppressed({ ...zoe, case_number: 'C-19', nhs_number: numbers.other, gender: 'M' }, macs)).toBe(
      false,
    );
    expect(isSuppressed(zoe, [])).toBe(false);
  });

  it('have no mark of an email, a mobile or a birth date alone: those suppress nobody', () => {
    const contacts = { email: child.carerEmail, mobile: canonicalMobile('07700900123')! };
    for (const said of [contacts, { birthDate: child.birthDate }]) {
      expect(named(said).marks).toEqual([]);
      expect(namesOnePerson(said)).toBe(false);
    }
    expect(
      named({ nhsNumber, ...contacts, birthDate: child.birthDate }).tokens.map(
        ({ domain, use }) => `${domain} ${use}`,
      ),
    ).toEqual(['nhs-number identity', 'email identity', 'mobile identity', 'birth-date guard']);
  });

  it('are known by a contact with a birth date, or with the provider’s own number, and by neither alone', () => {
    const email = child.carerEmail;
    const birthDate = canonicalBirthDate('1990-05-05')!;
    const provider = 'natural-thinkers-team' as ProviderId;
    const caseNumber = { provider, value: canonicalCaseNumber('C-99')! };
    const adult = { ...amaraAsAdult, nhs_number: null, birth_date: '1990-05-05', case_number: 'C-18' };
    expect(namesOnePerson({ email, birthDate })).toBe(true);
    const born = macsOf(named({ email, birthDate }));
    expect(born).toHaveLength(1);
    expect(isSuppressed(adult, born)).toBe(true);
    expect(isSuppressed({ ...adult, birth_date: '1991-05-05' }, born)).toBe(false);
    expect(isSuppressed({ ...adult, birth_date: null }, born)).toBe(false);
    expect(isSuppressed({ ...adult, email: 'other@example.org' }, born)).toBe(false);
    // A child of that carer, born on that day, is somebody else.
    expect(isSuppressed({ ...zoe, nhs_number: null, birth_date: '1990-05-05' }, born)).toBe(false);
    const [, numbered = ''] = macsOf(named({ email, caseNumber }));
    expect(isSuppressed({ ...adult, case_number: 'C-99' }, [numbered])).toBe(true);
    expect(isSuppressed(adult, [numbered])).toBe(false);
    const elsewhere = { ...caseNumber, provider: 'another-team' as ProviderId };
    expect(
      isSuppressed({ ...adult, case_number: 'C-99' }, macsOf(named({ email, caseNumber: elsewhere }))),
    ).toBe(false);
  });

  it('lose a contact on the rows of children where it is said to be theirs alone, and the rows go further', () => {
    const said = { nhsNumber: canonicalNhsNumber(numbers.other)!, email: child.carerEmail };
    const tokensOfZoe = (macs: readonly string[]) =>
      rowsOf(
        participants,
        keys,
        undefined,
        suppressedIn(marks, peopleOf(macs), () => expect.fail()),
      )
        .pseudonymise(landed(participants, 2, zoe), noRows())
        .tokens.map(({ domain, use }) => `${domain} ${use}`);
    const before = tokensOfZoe([]);
    expect(before).toContain('email carer');
    expect(tokensOfZoe(macsOf(named(said)))).toEqual(before);
    const alone = macsOf(named({ ...said, contactsAlone: true }));
    expect(tokensOfZoe(alone)).toEqual(before.filter((one) => one !== 'email carer'));
    expect(isSuppressed(zoe, alone)).toBe(false);
    const derivedOfZoe = rowsOf(
      deriving,
      keys,
      undefined,
      suppressedIn(marks, peopleOf(alone), () => expect.fail()),
    )
      .pseudonymise(landed(deriving, 2, zoe), noRows())
      .derived.map(({ derivation }) => derivation);
    expect(derivedOfZoe).toContain('carer-mobile-last-six');
    expect(derivedOfZoe.filter((name) => name.includes('email'))).toEqual([]);
  });

  it('have the tokens and the row key that a named person has', () => {
    const row = pseudonymised(participants, zoe);
    const caseNumber = {
      provider: 'natural-thinkers-team' as ProviderId,
      value: canonicalCaseNumber('C-17')!,
    };
    const person = named({ nhsNumber, child, caseNumber });
    expect(person.rowKeys).toEqual([row.rowKey]);
    for (const token of person.tokens) expect(row.tokens).toContainEqual(token);
    // A mark is under a key of its own.
    for (const mac of macsOf(person)) expect(JSON.stringify(row)).not.toContain(mac);
  });

  it('end the file where somebody was suppressed only since its rows were begun to be published', () => {
    const macs = macsOf(named({ nhsNumber }));
    expect(() => isSuppressed(zoe, [], macs)).toThrow('suppressed since');
    expect(isSuppressed({ ...zoe, nhs_number: numbers.other }, [], macs)).toBe(false);
  });
});
