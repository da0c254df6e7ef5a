import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  birthMonthOf,
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalDigest,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  canonicalPostcode,
  isGenderNotKnown,
  isInitials,
  readDay,
  readEmail,
  readMobile,
  readNhsNumber,
} from './index.js';

const cases = (
  name: string,
  canonicalise: (raw: string) => string | undefined,
  expected: readonly (readonly [string, string | undefined])[],
) => {
  describe(name, () => {
    it.each(expected)('reads %j as %j', (raw, canonical) => {
      expect(canonicalise(raw)).toBe(canonical);
    });
  });
};

cases('NHS number', canonicalNhsNumber, [
  ['9434765919', '9434765919'],
  ['943 476 5919', '9434765919'],
  ['943-476-5919', '9434765919'],
  [' 943–476–5919\t', '9434765919'],
  ['943\u00a0476\u200b5919', '9434765919'],
  ['9434765918', undefined],
  ['943476591', undefined],
  ['94347659190', undefined],
  ['943476591X', undefined],
  ['0000000000', undefined],
  ['1111111111', undefined],
  ['٩٤٣٤٧٦٥٩١٩', undefined],
  ['9434765919.0', '9434765919'],
  ['9.434765919E9', '9434765919'],
  ['9.434765919e+09', '9434765919'],
  ['9.43477E+09', undefined],
  ["'9434765919", '9434765919'],
  ['9,434,765,919', '9434765919'],
  ['434765919', undefined],
  ['ABC1234567', undefined],
  ['', undefined],
]);

cases('email', canonicalEmail, [
  ['amara.okafor7@example.org', 'amara.okafor7@example.org'],
  [' Amara.Okafor7@Example.ORG \r\n', 'amara.okafor7@example.org'],
  ['\ufeffzoe+club@example.org', 'zoe+club@example.org'],
  ['zoe\u0308@example.org', 'zoë@example.org'],
  ['amara okafor@example.org', undefined],
  ['a@b@example.org', undefined],
  ['amara.example.org', undefined],
  ['amara@example', undefined],
  ['amara@example..org', undefined],
  ['@example.org', undefined],
  ['ama\u200bra@example.org', 'amara@example.org'],
  ['<d3@example.org>', 'd3@example.org'],
  ['Amara Okafor <D3@example.org>', 'd3@example.org'],
  ['mailto:d3@example.org', 'd3@example.org'],
  ['<mailto:d3@example.org?subject=Hello>', 'd3@example.org'],
  ['d3@example.org,', 'd3@example.org'],
  ['d3@example.org;', 'd3@example.org'],
  ['d3@example.org.', 'd3@example.org'],
  ['d3@example.org?', 'd3@example.org'],
  ["'d3@example.org", 'd3@example.org'],
  ['"d3@example.org"', 'd3@example.org'],
  ['“d3@example.org”', 'd3@example.org'],
  ['(d3@example.org)', 'd3@example.org'],
  ["o'brien@example.org", "o'brien@example.org"],
  ['o’brien@example.org', "o'brien@example.org"],
  ['d3@example.org; d4@example.org', undefined],
  ['d3@example.org d4', undefined],
  ['d3@', undefined],
  ['d3@example.', undefined],
  ['d3@example.7', undefined],
  ['d3@-example.org', undefined],
  ['d3@exam_ple.org', undefined],
  ['a,b@example.org', undefined],
  ['"a b"@example.org', undefined],
  ['mailto:', undefined],
  ['<>', undefined],
  ['ama\u0000ra@example.org', undefined],
  [`${'a'.repeat(250)}@example.org`, undefined],
  ['', undefined],
]);

cases('mobile', canonicalMobile, [
  ['07700900123', '07700900123'],
  ['07700 900 123', '07700900123'],
  ['07700-900-123', '07700900123'],
  ['+447700900123', '07700900123'],
  ['+44 (0)7700 900123', '07700900123'],
  ['0044 7700 900123', '07700900123'],
  ['44 7700.900.123', '07700900123'],
  ['\u202d07700 900123\u202c', '07700900123'],
  ['7700900123', undefined],
  ['02079460123', undefined],
  ['+4407700900123', '07700900123'],
  ['+33612345678', undefined],
  ['077009001234', undefined],
  ['07700 900123 (mum)', undefined],
  ['07700900123.0', '07700900123'],
  ["'07700900123", '07700900123'],
  ['4.47700900123E+11', '07700900123'],
  ['7.7009E+09', undefined],
  ['', undefined],
]);

cases('first three letters of a child’s first name', canonicalChildFirstName3, [
  ['Zoe', 'ZOE'],
  ['zoë', 'ZOE'],
  ['ZOE\u0308', 'ZOE'],
  ['Élodie', 'ELO'],
  ["D'Arcy", 'DAR'],
  ['D\u02bcArcy', 'DAR'],
  ['  mary-jane', 'MAR'],
  ['Li', 'LI'],
  ['J.', 'J'],
  ['Straße', 'STR'],
  ['ßa', 'SSA'],
  ['Łukasz', 'LUK'],
  ['łukasz', 'LUK'],
  ['Øyvind', 'OYV'],
  ['Đức', 'DUC'],
  ['Æthel', 'AET'],
  ['Ħaniya', 'HAN'],
  ['Þóra', 'THO'],
  ['Ðaði', 'DAD'],
  ['Œdipe', 'OED'],
  ['Ŋala', 'NAL'],
  ['ẞa', 'SSA'],
  ['Işıl', 'ISI'],
  ['İsmail', 'ISM'],
  ['ılgın', 'ILG'],
  ['Ɔkyere', 'OKY'],
  ['Ɓala', 'BAL'],
  ['Əli', 'ELI'],
  ['Дмитрий', 'DMI'],
  ['Юлия', 'IUL'],
  ['Щ', 'SHC'],
  ['Ьян', 'IAN'],
  ['李', '李'],
  ['123', undefined],
  ['', undefined],
]);

cases('gender', canonicalGender, [
  ['F', 'F'],
  [' female ', 'F'],
  ['Girl', 'F'],
  ['m', 'M'],
  ['MALE', 'M'],
  ['1', 'M'],
  ['2', 'F'],
  ['X', 'X'],
  ['Non-binary', 'X'],
  ['9', 'X'],
  ['0', undefined],
  ['Trans female', 'F'],
  ['Trans man', 'M'],
  ['unknown', undefined],
  ['', undefined],
]);

cases('birth date', canonicalBirthDate, [
  ['29/02/2020', '2020-02-29'],
  ['2020-02-29', '2020-02-29'],
  ['29.02.2020', '2020-02-29'],
  ['29-02-2020', '2020-02-29'],
  ['1/3/2019', '2019-03-01'],
  ['2019/3/1', '2019-03-01'],
  ['20190301', '2019-03-01'],
  ['1 Mar 2019', '2019-03-01'],
  ['01-SEPT-2019', '2019-09-01'],
  ['1 march 2019', '2019-03-01'],
  ['2020-02-29T00:00:00', '2020-02-29'],
  ['29/02/2020 00:00', '2020-02-29'],
  ['29/02/2020 09:30', '2020-02-29'],
  ['29/02/2020 9:30:15 pm', '2020-02-29'],
  ['2020-02-29 00:00:00.000', '2020-02-29'],
  ['2020-02-29T00:00:00Z', '2020-02-29'],
  // Midnight in British Summer Time, as an export in UTC writes it.
  ['2020-05-04T23:00:00.000Z', '2020-05-05'],
  ['2020-05-05T00:00:00+01:00', '2020-05-05'],
  ['Sat Feb 29 2020 00:00:00 GMT+0000 (Greenwich Mean Time)', '2020-02-29'],
  ['29/02/2020 25:00', undefined],
  ['29/02/2020 half past', undefined],
  ['1st Feb 2020', '2020-02-01'],
  ['Feb 1 2020', '2020-02-01'],
  ['February 22nd, 2020', '2020-02-22'],
  ['Saturday, 1 February 2020', '2020-02-01'],
  ['01FEB2020', '2020-02-01'],
  ['２９/０２/２０２０', '2020-02-29'],
  ['29-Feb-20', undefined],
  ['Feb 2020', undefined],
  ['2020', undefined],
  ['1/1/0015', undefined],
  ['29/02/2019', undefined],
  ['29/02/1900', undefined],
  ['29/02/2000', '2000-02-29'],
  ['31/04/2020', undefined],
  ['02/29/2020', undefined],
  ['00/01/2020', undefined],
  ['01/00/2020', undefined],
  ['01/02.2020', undefined],
  ['1 Smarch 2019', undefined],
  ['29/02/20', undefined],
  ['01/01/1899', undefined],
  ['01/01/2100', undefined],
  ['43890', undefined],
  ['', undefined],
]);

it('birthMonthOf keeps only the month of a birth date', () => {
  expect(birthMonthOf(canonicalBirthDate('29/02/2020')!)).toBe('2020-02');
});

cases('postcode', canonicalPostcode, [
  ['SW9 1AA', 'SW9 1AA'],
  ['sw91aa', 'SW9 1AA'],
  [' sw9  1aa ', 'SW9 1AA'],
  ['W1A 0AX', 'W1A 0AX'],
  ['EC1A1BB', 'EC1A 1BB'],
  ['M1-1AE', 'M1 1AE'],
  ['GIR0AA', 'GIR 0AA'],
  ['ZZ99 3VZ', 'ZZ99 3VZ'],
  ['NFA', 'ZZ99 3VZ'],
  ['No fixed abode', 'ZZ99 3VZ'],
  ['not known', 'ZZ99 3WZ'],
  ['BFPO 1', 'BFPO 1'],
  ['bfpo1', 'BFPO 1'],
  ['BFPO c/o 58', 'BFPO 58'],
  ['BF1 1AA', 'BF1 1AA'],
  ['D02 AF30', undefined],
  ['SW1A 1AAA', undefined],
  ['SW9', undefined],
  ['SW9 1CA', undefined],
  ['1SW 9AA', undefined],
  ['', undefined],
]);

cases('case number', canonicalCaseNumber, [
  ['C-00017', 'C-00017'],
  ['  c 17 ', 'c 17'],
  ['c\u00a0 17', 'c 17'],
  ['c\u000017', undefined],
  ['x'.repeat(121), undefined],
  ['', undefined],
]);

cases('digest made at source', canonicalDigest, [
  [
    '643574a0aefda8dac01eebe45f7e8cfe814b15bbc3f654ac934518a34a53d575'.toUpperCase(),
    '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
  ],
  [
    ' 643574a0aefda8dac01eebe45f7e8cfe814b15bbc3f654ac934518a34a53d575',
    '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
  ],
  ['643574a0aefda8dac01eebe45f7e8cfe814b15bbc3f654ac934518a34a53d57', undefined],
  ['643574a0aefda8dac01eebe45f7e8cfe814b15bbc3f654ac934518a34a53d57g', undefined],
  ['', undefined],
]);

describe('a canonical form', () => {
  const forms = [
    ['NHS number', canonicalNhsNumber],
    ['email', canonicalEmail],
    ['mobile', canonicalMobile],
    ['first three letters', canonicalChildFirstName3],
    ['gender', canonicalGender],
    ['birth date', canonicalBirthDate],
    ['postcode', canonicalPostcode],
    ['case number', canonicalCaseNumber],
    ['digest', canonicalDigest],
  ] as const;
  /** Arbitrary text, including lone surrogates, and text made of the characters that identifiers contain. */
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.string({
      unit: fc.constantFrom(
        '0',
        '7',
        '4',
        '+',
        '-',
        '/',
        '.',
        ' ',
        '@',
        'a',
        'Z',
        'ß',
        'İ',
        'ΐ',
        'Σ',
        'é',
        '\u0301',
        '\t',
      ),
    }),
    fc.emailAddress(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  );

  it.each(forms)('%s: is its own canonical form', (_name, canonicalise) => {
    fc.assert(
      fc.property(hostile, (raw) => {
        const once = canonicalise(raw);
        if (once !== undefined) expect(canonicalise(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(forms)('%s: is undefined for text of a megabyte, which is not examined', (_name, canonicalise) => {
    for (const unit of ['0', ' ', 'a', '\u0301', '@', '+']) {
      expect(canonicalise(unit.repeat(1_000_000))).toBeUndefined();
    }
  });

  it.each(forms)('%s: takes linear time on repetitive text of the maximum length', (_name, canonicalise) => {
    const started = performance.now();
    for (const unit of ['0', ' ', 'a.', '@', '+44', '-\t', 'a@a.']) {
      canonicalise(unit.repeat(1000).slice(0, 1000));
      canonicalise(`${unit.repeat(1000).slice(0, 998)}!`);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('readEmail', () => {
  /** RFC 5322 allows a leading quotation mark, but nobody means one. */
  const address = fc.emailAddress().filter((each) => !/^['`]/.test(each));

  it('only trims a valid address and puts it in lower case', () => {
    fc.assert(
      fc.property(address, (each) => {
        const written = each.length % 2 === 0 ? ` ${each.toUpperCase()}\t` : each;
        expect(readEmail(written)).toEqual({ value: each.toLowerCase(), repaired: false });
      }),
      { numRuns: 2000 },
    );
  });

  it('finds a valid address inside any layers around it, and reports the repair', () => {
    const layer = fc.constantFrom<(text: string) => string>(
      (text) => `<${text}>`,
      (text) => `mailto:${text}`,
      (text) => `'${text}`,
      (text) => `"${text}"`,
      (text) => `${text},`,
      (text) => `${text};`,
      (text) => `(${text})`,
      (text) => `\u200b${text}`,
      (text) => `“${text}”.`,
    );
    fc.assert(
      fc.property(address, fc.array(layer, { minLength: 1, maxLength: 4 }), (each, layers) => {
        const written = layers.reduce((text, wrap) => wrap(text), each);
        expect(readEmail(written)).toEqual({ value: each.toLowerCase(), repaired: true });
      }),
      { numRuns: 2000 },
    );
  });
});

it('the readers of identifiers say why they refuse a text', () => {
  const whyNot = (raw: string) => readNhsNumber(raw).problem;
  expect(['9434765918', '434765919', 'ABC1234567', '9.43E+09', '1111111111', ''].map(whyNot)).toEqual([
    'invalid',
    'wrong-length',
    'not-digits',
    'scientific-notation',
    'placeholder',
    'not-digits',
  ]);
  expect(readEmail('a@example.org, b@example.org').problem).toBe('several-addresses');
  expect(readEmail('amara at example.org').problem).toBe('invalid');
  expect(readMobile('7.7009E+09').problem).toBe('scientific-notation');
});

it.each([
  ['01/02/90', 'two-digit-year'],
  ['29-Feb-20', 'two-digit-year'],
  ['31/02/2020', 'unreal-date'],
  ['02/13/2020', 'month-first'],
  ['29/02/2020 25:00', 'time-of-day'],
  ['01/01/1899', 'year-out-of-range'],
  ['1/1/0015', 'year-out-of-range'],
  ['01/01/20200', 'year-out-of-range'],
  ['43890', 'day-number'],
  ['43890.5', 'day-number'],
  ['2020', 'incomplete-date'],
  ['02/2020', 'incomplete-date'],
  ['soon', 'invalid'],
])('readDay reports %s as %s', (raw, problem) => {
  expect(readDay(raw).problem).toBe(problem);
});

it('readDay reports what a numeric date shows about the order of day and month', () => {
  const orders = ['12/19/2023', '19/12/2023', '11/12/2023', '11/11/2023', '2023-12-19', '12/19/23'];
  expect(orders.map((raw) => readDay(raw).order)).toEqual([
    'month-first',
    'day-first',
    'either',
    undefined,
    undefined,
    undefined,
  ]);
});

it.each(['0', 'U', 'Not known', ' NOT STATED ', 'Prefer not to say', 'Z'])(
  'isGenderNotKnown accepts %j',
  (raw) => {
    expect(isGenderNotKnown(raw)).toBe(true);
    expect(canonicalGender(raw)).toBeUndefined();
  },
);

it('isInitials tells initials from short names', () => {
  expect(['Z', 'z.', 'J. K.', 'J K', ' Ł. '].every(isInitials)).toBe(true);
  expect(['Li', 'JJ', 'J. Kay', 'Zoë', '李', '', '1'].some(isInitials)).toBe(false);
});

it('canonicalChildFirstName3 folds every Latin letter that European names use to A to Z', () => {
  const letters = Array.from({ length: 0x17f - 0xc0 + 1 }, (_, index) => String.fromCodePoint(0xc0 + index));
  for (const letter of letters.filter((each) => /\p{L}/u.test(each))) {
    if (letter === 'ŉ') continue;
    expect(canonicalChildFirstName3(letter), letter).toMatch(/^[A-Z]{1,2}$/);
  }
});

describe('a canonical form does not depend on the spelling', () => {
  it('birth date: gives one form for each calendar day', () => {
    const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, (date) => {
        const [year = '', month = '', dayOfMonth = ''] = date.toISOString().slice(0, 10).split('-');
        const canonical = `${year}-${month}-${dayOfMonth}`;
        for (const written of [
          canonical,
          `${dayOfMonth}.${month}.${year}`,
          `${dayOfMonth}/${month}/${year}`,
          `${Number(dayOfMonth)}/${Number(month)}/${year}`,
          `${year}${month}${dayOfMonth}`,
        ]) {
          expect(canonicalBirthDate(written)).toBe(canonical);
        }
      }),
    );
  });

  it('NHS number: detects one wrong digit and two swapped neighbours', () => {
    const digits = '9434765919';
    fc.assert(
      fc.property(fc.nat(9), fc.integer({ min: 1, max: 9 }), (index, shift) => {
        const wrong = (Number(digits[index]) + shift) % 10;
        expect(
          canonicalNhsNumber(digits.slice(0, index) + String(wrong) + digits.slice(index + 1)),
        ).toBeUndefined();
      }),
    );
    for (let index = 0; index < 9; index += 1) {
      const swapped =
        digits.slice(0, index) + digits.charAt(index + 1) + digits.charAt(index) + digits.slice(index + 2);
      if (swapped !== digits) expect(canonicalNhsNumber(swapped)).toBeUndefined();
    }
  });
});
