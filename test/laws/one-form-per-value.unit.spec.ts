import type { DatasetId, ProviderId, PseudonymisedRow, SubmissionId } from '@kinledger/contracts';
import { permittedNames } from '@kinledger/derivations';
import {
  canonicalChildFirstName3,
  canonicalPersonName,
  placeholders,
  quarter,
  type PlaceholderKind,
} from '@kinledger/domain';
import { mapHeader, RowValidator } from '@kinledger/intake-files';
import { datasetSchema, plausibility, type Dataset, type PostcodeLookup } from '@kinledger/programme';
import { HmacSha256, nodeHashing } from '@kinledger/pseudonymisation';
import { FileRows, noRows, SaltedDigests, TokenKeys, type Keys } from '@kinledger/pseudonymised-rows';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const keys: Keys = {
  hashing: nodeHashing,
  tokens: new TokenKeys(1, () => [
    new HmacSha256(Buffer.from(Array.from({ length: 32 }, (_, index) => index))),
  ]),
  digests: new SaltedDigests(nodeHashing.sha256, 'mackerel'),
  rowKeyHash: new HmacSha256(Buffer.alloc(32, 1)),
  recordIdHash: new HmacSha256(Buffer.alloc(32, 2)),
};
const postcodes: PostcodeLookup = {
  lsoaOf: (postcode) => (postcode === 'SW9 1AA' ? 'E01003014' : undefined),
  isProtected: (postcode) => postcode === 'ZZ9 9ZZ',
  entries: () => [].values(),
  protectedPostcodes: ['ZZ9 9ZZ'],
  size: 2,
};
/** Tokens of the published example, with the published key and salt. */
const published = {
  childKey: 'child-key identity f918696f4c2180e018d25e7de739e5f1',
  email: 'email carer ff6e71e73e135602248b83cd1fccafe1',
  nhsNumber: 'nhs-number identity 8f83bf72ccad009eb00a569c35d6dbe6',
  birthDate: 'birth-date guard 5f6aafa00d2ed4efdd9177650668fa57',
};

interface Column {
  readonly name: string;
  readonly type?: string;
  readonly format?: string;
  readonly constraints?: object;
  readonly [rest: string]: unknown;
}
function datasetOf(columns: readonly Column[], rest: object): Dataset {
  const fields = columns.map(({ name, type = 'string', format, constraints = {}, ...extension }) => ({
    name,
    title: name,
    type,
    constraints,
    ...(format === 'email' ? { format } : {}),
    'x-kinledger': {
      invalid: 'warning',
      ...extension,
      ...(format === undefined || format === 'email' ? {} : { format }),
    },
  }));
  const schema = datasetSchema.parse({ fields, 'x-kinledger': rest });
  // Reading rows needs no other member of a dataset.
  return { id: 'natural-thinkers.user' as DatasetId, dataType: 'user', schema } as Dataset;
}

const people: readonly Column[] = [
  { name: 'case_number', format: 'case-number', identifiers: [{ kind: 'case-number', use: 'local' }] },
  { name: 'nhs_number', format: 'nhs-number', identifiers: [{ kind: 'nhs-number', use: 'identity' }] },
  { name: 'first_name', format: 'first-name' },
  { name: 'email', format: 'email', identifiers: [{ kind: 'email', use: 'identity' }] },
  { name: 'mobile', format: 'mobile', identifiers: [{ kind: 'mobile', use: 'identity' }] },
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
];
const participants = datasetOf(people, {
  role: 'child',
  naturalKey: ['case_number', 'registered'],
  naturalKeyIsStable: true,
  childKey: { carerEmail: 'email', birthDate: 'birth_date', firstName: 'first_name', gender: 'gender' },
});
const adults = datasetOf(people, { role: 'adult' });
const zoe: Readonly<Record<string, string>> = {
  case_number: 'C-17',
  nhs_number: '9434765919',
  first_name: 'Zoë',
  email: 'amara.okafor7@example.org',
  mobile: '07700900123',
  birth_date: '29/02/2020',
  gender: 'F',
  postcode: 'SW9 1AA',
  registered: '04/07/2023',
};

/** Takes a row from its cells to its pseudonymised form. */
function leaving(dataset: Dataset, cells: Readonly<Record<string, string>>): PseudonymisedRow {
  const titles = dataset.schema.fields.map(({ title }) => title);
  const validator = new RowValidator(dataset, mapHeader(dataset.schema, titles), {
    headerLength: titles.length,
    dates: {
      ...{ today: '2023-12-01', period: quarter(2023, 2), holdsEarlierRows: false },
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 1000 },
    synthetic: true,
    sha256: nodeHashing.sha256,
  });
  const { values } = validator.validate(
    titles.map((title) => cells[title] ?? ''),
    2,
  );
  const file = {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6' as SubmissionId,
    provider: 'natural-thinkers-team' as ProviderId,
    dataset,
    seed: Buffer.alloc(32, 9),
  };
  return new FileRows(keys, file, postcodes).pseudonymise([2, values], noRows());
}
const told = ({ tokens }: PseudonymisedRow) =>
  tokens.map(({ domain, use, token }) => `${domain} ${use} ${token}`);

describe('a row, in any spelling of its values', () => {
  const spellings: Readonly<Record<string, readonly string[]>> = {
    case_number: ['C-17', ' C-17 '],
    nhs_number: ['9434765919', '943 476 5919', '943-476-5919', '9434765919.0'],
    first_name: ['Zoë', 'ZOE', 'zoe-marie', 'Zo\u0308e'],
    email: ['amara.okafor7@example.org', ' Amara.Okafor7@Example.org', '<amara.okafor7@example.org>'],
    mobile: ['07700900123', '+44 7700 900123', '0044 (0)7700 900123'],
    birth_date: ['29/02/2020', '2020-02-29', '29.02.2020', '20200229', '29 Feb 2020', '29/02/2020 00:00'],
    gender: ['F', 'female', 'Girl', '2'],
    postcode: ['SW9 1AA', 'sw91aa', 'SW9-1AA'],
    registered: ['04/07/2023', '2023-07-04', '4 July 2023'],
  };

  it('becomes the same pseudonymised row, with the same row key and the published tokens', () => {
    const plain = leaving(participants, zoe);
    expect(told(plain)).toEqual(expect.arrayContaining(Object.values(published)));
    expect(plain.attributes).toEqual({ gender: 'F', birthMonth: '2020-02', lsoa: 'E01003014' });
    expect(plain.facts).toEqual({ kind: 'registration', registeredOn: '2023-07-04' });
    const anySpelling = fc.record(
      Object.fromEntries(Object.entries(spellings).map(([name, texts]) => [name, fc.constantFrom(...texts)])),
    );
    fc.assert(
      fc.property(anySpelling, (cells) => {
        expect(leaving(participants, cells)).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('has one child key for a first name in any spelling of its letters', () => {
    const keyOf = (first_name: string) =>
      told(leaving(participants, { ...zoe, first_name })).find((token) => token.startsWith('child-key'));
    const pairs = [
      ['Łukasz', 'Lukasz'],
      ['Øyvind', 'Oyvind'],
      ['Đức', 'Duc'],
      ['Æthel', 'Aethel'],
      ['Zoë', 'Zoe'],
      ['İsmail', 'Ismail'],
      ['Дмитрий', 'Dmitri'],
      ['Ħaniva', 'Haniya'],
      ['Baby 1', 'Baby 2'],
    ] as const;
    for (const [one, other] of pairs) expect(keyOf(one), one).toBe(keyOf(other));
    expect(new Set(pairs.map(([one]) => keyOf(one))).size).toBe(pairs.length);
    expect(keyOf('Zoë')).toBe(published.childKey);
  });

  it.each(['email', 'birth_date', 'first_name', 'gender'])(
    'has no child key where %s is not usable',
    (name) => {
      expect(told(leaving(participants, { ...zoe, [name]: '???' })).join()).not.toContain('child-key');
    },
  );

  it('stays the same person when the address is invalid', () => {
    const nobody = leaving(participants, { ...zoe, email: '' });
    expect(leaving(participants, { ...zoe, email: 'no address' })).toEqual(nobody);
    expect(nobody.rowKey).not.toBe(leaving(participants, zoe).rowKey);
  });
});

describe('digests made at source', () => {
  const digest = (name: string, kind: string, use: string): Column => ({
    name,
    format: 'digest',
    identifiers: [{ kind, use, form: 'digest' }],
  });
  const atSource = datasetOf(
    [
      digest('nhs_number', 'nhs-number', 'identity'),
      digest('email', 'email', 'carer'),
      digest('child_key', 'child-key', 'identity'),
      digest('birth_date', 'birth-date', 'guard'),
      { name: 'birth_month', format: 'birth-month', target: { to: 'birth-month' } },
      { name: 'lsoa', format: 'lsoa', target: { to: 'lsoa' } },
    ],
    { role: 'child' },
  );
  const row = {
    nhs_number: '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
    email: '6F360E04B6B400782E538BDC343B363B7FB7356DE542A11D689BAB36F581E22D',
    child_key: '700D43006FFCB61BCB057827F8D2314DF261BFB6A9C15C0AAF1EA50E054DB1C1',
    birth_date: 'A2DF76EC074224A137D4790F918F70EB72C7A44257C9A4F87D7DE912AADD209F',
    birth_month: '02/2020',
    lsoa: 'e01003014',
  };

  it.each([
    ['capitals', (text: string) => text],
    ['small letters', (text: string) => text.toLowerCase()],
  ])('may be in %s', (_letters, spell) => {
    const cells = Object.fromEntries(Object.entries(row).map(([name, text]) => [name, spell(text)]));
    const made = leaving(atSource, cells);
    expect(told(made).sort()).toEqual(Object.values(published).sort());
    expect(made.attributes).toEqual({ birthMonth: '2020-02', lsoa: 'E01003014' });
  });

  it('give no token if they are not digests', () => {
    const made = leaving(atSource, { ...row, email: 'amara.okafor7@example.org', nhs_number: '9434765919' });
    expect(told(made)).toEqual([published.childKey, published.birthDate]);
  });

  it.each([
    ['email', 'none@none.com'],
    ['birth_date', '01.01.1900'],
    ['nhs_number', '9876543210'],
  ])('give no token for %s if they are of a placeholder, in capitals or small letters', (name, text) => {
    const digested = nodeHashing.sha256(`${text}mackerel`);
    for (const spelt of [digested, digested.toUpperCase()])
      expect(told(leaving(atSource, { ...row, [name]: spelt }))).toHaveLength(3);
  });
});

describe('placeholders', () => {
  it.each([
    ['NHS number', { nhs_number: '9876543210' }, /^nhs-number /],
    ['mobile', { mobile: '07777777777' }, /^mobile /],
    ['birth date', { birth_date: '1900-01-01' }, /^(birth-date|child-key) /],
    ['address', { email: 'none@none.com' }, /^(email|child-key) /],
  ])('give no token for a placeholder %s', (_case, changes, tokens) => {
    expect(told(leaving(participants, zoe)).some((token) => tokens.test(token))).toBe(true);
    expect(told(leaving(participants, { ...zoe, ...changes })).some((token) => tokens.test(token))).toBe(
      false,
    );
  });

  it('give no token of any use for any listed value', () => {
    const columnOf = {
      'nhs-number': 'nhs_number',
      email: 'email',
      mobile: 'mobile',
      'birth-date': 'birth_date',
    };
    const listed = Object.entries(placeholders).flatMap(([kind, values]) =>
      values.map((value) => [kind as PlaceholderKind, value] as const),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...listed),
        fc.constantFrom(participants, adults),
        ([kind, value], dataset) => {
          const tokens = told(leaving(dataset, { ...zoe, [columnOf[kind]]: value }));
          expect(tokens.filter((token) => token.startsWith(`${kind} `))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('whole names and addresses', () => {
  const fields = [
    'given-name',
    'given-name-part',
    'surname',
    'address',
    'birth-date',
    'gender',
    'postcode',
  ] as const;
  const derived = permittedNames({ fields });
  const rest = {
    role: 'child',
    childKey: { carerEmail: 'email', birthDate: 'birth_date', firstName: 'given_name', gender: 'gender' },
  };
  const columns: readonly Column[] = [
    ...people.filter(({ name }) => name !== 'first_name'),
    { name: 'given_name', format: 'given-name' },
    { name: 'surname', format: 'surname' },
    { name: 'address', format: 'address' },
  ];
  const permitted: Dataset = { ...datasetOf(columns, rest), derived };
  const withoutPermission = datasetOf(columns, rest);
  const { first_name: firstName = '', ...others } = zoe;
  const named = {
    ...others,
    ...{ given_name: `${firstName}-Ann`, surname: 'Okafor O’Brien', address: 'Flat 3, 12 Brook St.' },
  };
  const derivedOf = ({ derived: made }: PseudonymisedRow, name: string) =>
    made.find(({ derivation }) => derivation === name)?.tokens;

  it('become the same derived tokens in any spelling, and the child key of the first three letters', () => {
    const row = leaving(permitted, named);
    expect(told(row)).toContain(published.childKey);
    for (const name of ['given-name', 'surname', 'address', 'address-postcode', 'postcode-surname'])
      expect(derivedOf(row, name), name).toHaveLength(1);
    const spellings: Readonly<Record<string, readonly string[]>> = {
      given_name: ['zoe ann', 'ZOE-ANN', ' Zoë  Ann '],
      surname: ["OKAFOR O'BRIEN", 'okafor-obrien'],
      address: ['flat 3 12 brook street', 'FLAT 3, 12 BROOK STREET'],
    };
    for (const [column, texts] of Object.entries(spellings))
      for (const text of texts) expect(leaving(permitted, { ...named, [column]: text }), text).toEqual(row);
  });

  it('have the first three letters in common with a row that has no more of a name', () => {
    const known = { ...participants, derived };
    const [whole, part] = [leaving(permitted, named), leaving(known, zoe)];
    for (const name of ['given-name-first-three', 'birth-date-first-three-gender']) {
      expect(derivedOf(whole, name), name).toHaveLength(1);
      expect(derivedOf(whole, name), name).toEqual(derivedOf(part, name));
    }
  });

  it('leave nothing where nothing of them is permitted, and never as they are', () => {
    const row = leaving(withoutPermission, named);
    expect(row.derived).toEqual([]);
    for (const each of [row, leaving(permitted, named)])
      expect(JSON.stringify(each)).not.toMatch(/zo[eë]|okafor|obrien|brook/i);
  });

  it('leave no line of an address that is protected', () => {
    const row = leaving(permitted, { ...named, postcode: 'ZZ9 9ZZ' });
    expect(
      row.derived.map(({ derivation }) => derivation).filter((name) => /address|postcode/.test(name)),
    ).toEqual([]);
    expect(derivedOf(row, 'surname')).toHaveLength(1);
  });

  it('count as missing where somebody wrote that there is none', () => {
    for (const text of ['unknown', 'Baby', 'n/a', '']) {
      const row = leaving(permitted, { ...named, given_name: text, surname: text });
      expect(derivedOf(row, 'given-name')).toBeUndefined();
      expect(derivedOf(row, 'surname')).toBeUndefined();
    }
  });

  it('have the child key that the first three letters of the same text have', () => {
    const letters = fc.stringMatching(/^[A-Za-zÀ-žŁłØøа-яА-Я]{3,8}([ '-][A-Za-zÀ-ž]{1,8})?$/);
    fc.assert(
      fc.property(letters, (text) => {
        const whole = canonicalPersonName(text);
        fc.pre(whole !== undefined && !/^(mr|mrs|miss|ms|mx|dr|master)[ -]/i.test(text));
        expect(canonicalChildFirstName3(whole)).toBe(canonicalChildFirstName3(text));
      }),
    );
  });
});
