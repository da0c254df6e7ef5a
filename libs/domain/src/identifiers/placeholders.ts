/**
 * What people fill forms with when they have no value. One list serves two uses: values that providers type are treated
 * as missing, and digests made at source can be compared with the digests of these values.
 */

export type PlaceholderKind = 'nhs-number' | 'email' | 'mobile' | 'birth-date';

/** Spellings of "no value", in lower case and trimmed, including the empty text. */
export const noValueSpellings: readonly string[] = [
  ...['', '""', "''", '-', '--', '---', '.', '..', '...', '?', '??', '???', '*', '_', '/', '\\'],
  ...['null', '(null)', '<null>', '#null!', 'nil', 'nan', 'none', '(none)', '<none>', 'undefined', 'nothing'],
  ...['#n/a', '#ref!', '#value!', '#name?', '#num!', '#div/0!', 'n/a', 'n\\a', 'n.a.', 'n.a', 'n-a', 'na', '<na>'],
  ...['blank', '(blank)', 'empty', '(empty)', 'missing', 'not available', 'not applicable', 'not recorded'],
  ...['unknown', '(unknown)', 'unk', 'unkown', 'not known', 'notknown', 'dk', "don't know", 'don’t know'],
  ...['not given', 'not provided', 'not supplied', 'not stated', 'not disclosed', 'not entered', 'no data'],
  ...['refused', 'declined', 'withheld', 'prefer not to say', 'tbc', 'tba', 'tbd', 'to be confirmed', 'pending'],
  ...['xx', 'xxx', 'xxxx', 'xxxxx', 'no email', 'no e-mail', 'no email address', 'no mobile', 'no phone'],
  ...['no number', 'no phone number', 'no nhs number', 'no nhs no', 'no dob', 'no date', 'no name', 'no postcode'],
]; // prettier-ignore

const noValue: ReadonlySet<string> = new Set(noValueSpellings);
const LONGEST_SPELLING = Math.max(...noValueSpellings.map((spelling) => spelling.length));
/** Spellings that are also first names. */
const firstNames: ReadonlySet<string> = new Set(['na', 'nan', 'nil']);
const invisible = /\p{Cf}+/gu;
const notPlain = /[^ -~]/;

/**
 * Whether a text says that there is no value. Check a column's own codes first: "unknown" may be one of its answers.
 */
export function isNoValue(text: string): boolean {
  if (text.length > LONGEST_SPELLING + 8) return false;
  const bare = text.trim().toLowerCase();
  return noValue.has(bare) || (notPlain.test(bare) && noValue.has(bare.replace(invisible, '').trim()));
}

/** Like {@link isNoValue}, but for a first name. */
export const isNoFirstName = (text: string): boolean =>
  isNoValue(text) && !firstNames.has(text.trim().toLowerCase());

const everyDigit = Array.from('0123456789');

/**
 * Ten equal digits, counting up and down, and equal digits around zeros. Some pass the check digit; people type all of
 * them.
 */
const nhsNumbers = [
  ...everyDigit.map((digit) => digit.repeat(10)),
  '0123456789',
  '1234567890',
  '9876543210',
  '0987654321',
  '1234567891',
  ...everyDigit.slice(1).map((digit) => `${digit}00000000${digit}`),
];

/** 07 and one repeated digit, counting up and down, and zeros or a count after each mobile prefix. */
const mobiles = [
  ...everyDigit.map((digit) => `07${digit.repeat(9)}`),
  '07123456789',
  '07012345678',
  '07987654321',
  '07876543210',
  '07123123123',
  ...everyDigit.slice(1).map((digit) => `07${digit}00000000`),
  ...everyDigit.slice(1).map((digit) => `07${digit}12345678`),
];

/** First and last days of computer calendars, and days that people type because a form demands one. */
const birthDates = [
  ...['0000-00-00', '1900-00-00', '1900-01-00', '0001-01-01', '1111-01-01', '1111-11-11', '1753-01-01'],
  ...['1899-12-30', '1899-12-31', '1900-01-01', '1900-01-02', '1901-01-01', '1911-11-11', '1970-01-01'],
  ...['2099-12-31', '9999-12-31', '9999-09-09', '9999-99-99'],
]; // prettier-ignore

/** Local parts that belong to nobody, at any domain. */
const noLocalParts: ReadonlySet<string> = new Set([
  ...['none', 'noemail', 'no-email', 'no.email', 'no_email', 'nomail', 'no-mail', 'noemailaddress', 'noaddress'],
  ...['null', 'unknown', 'notknown', 'not.known', 'not-known', 'notgiven', 'notprovided', 'not.provided'],
  ...['notavailable', 'not-available', 'notapplicable', 'n.a', 'n-a', 'n/a', 'blank', 'nobody', 'noone', 'nothing'],
  ...['anonymous', 'anon', 'refused', 'declined', 'withheld', 'donotuse', 'donotemail', 'dummy', 'fake', 'tbc'],
  ...['noreply', 'no-reply', 'donotreply', 'test', 'tester', 'testing', 'testtest', 'xxx', 'xxxx', 'xxxxx', 'asdf'],
]); // prettier-ignore
/** Domains at which nobody has an address. */
const noDomains: ReadonlySet<string> = new Set(
  ['none', 'noemail', 'no-email', 'nomail', 'noemailaddress', 'unknown', 'notknown', 'nowhere', 'nobody'].flatMap(
    (name) => ['com', 'co.uk', 'org', 'net'].map((end) => `${name}.${end}`),
  ),
); // prettier-ignore
/** Local parts that are placeholders only if the domain repeats them or belongs to nobody: `a@a.com`, `na@na.com`. */
const echoes = [
  'a',
  'b',
  'x',
  'y',
  'z',
  'aa',
  'xx',
  'aaa',
  'abc',
  'xyz',
  '123',
  'no',
  'na',
  'nil',
  'email',
  'mail',
];
const ends = ['com', 'co.uk', 'org', 'net', 'org.uk'];
/** Common mail domains: people type `none` or `test` before one of these. */
const mailDomains = [
  ...['gmail.com', 'googlemail.com', 'hotmail.com', 'hotmail.co.uk', 'outlook.com', 'live.co.uk', 'yahoo.com'],
  ...['yahoo.co.uk', 'icloud.com', 'aol.com', 'btinternet.com', 'nhs.net', 'mail.com', 'email.com', 'test.com'],
  ...['no.com', 'na.com', 'x.com', 'xx.com', 'xxx.com', 'none.none', 'example.com', 'example.org', 'example.net'],
]; // prettier-ignore

const emails = [
  ...[...noLocalParts].flatMap((local) => [...noDomains, ...mailDomains].map((domain) => `${local}@${domain}`)),
  ...echoes.flatMap((echo) => ends.map((end) => `${echo}@${echo}.${end}`)),
  ...echoes.flatMap((echo) => [...noDomains].map((domain) => `${echo}@${domain}`)),
]; // prettier-ignore

/**
 * Placeholders by kind, in canonical form, commonest first. Some only look canonical, but are digested at source all
 * the same. The possible emails are endless: {@link isPlaceholder} recognises more than this list.
 */
export const placeholders: Readonly<Record<PlaceholderKind, readonly string[]>> = {
  'nhs-number': nhsNumbers,
  email: [...new Set(emails)],
  mobile: [...new Set(mobiles)],
  'birth-date': birthDates,
};

const known: Readonly<Record<PlaceholderKind, ReadonlySet<string>>> = {
  'nhs-number': new Set(placeholders['nhs-number']),
  email: new Set(placeholders.email),
  mobile: new Set(placeholders.mobile),
  'birth-date': new Set(placeholders['birth-date']),
};

/** `test`, `test1`, `none300`: people add a number when a form demands distinct addresses. */
const numbered = /\d{1,6}$/;

/** Whether a canonical value is one that people write when they have none. */
export function isPlaceholder(kind: PlaceholderKind, canonical: string): boolean {
  if (known[kind].has(canonical)) return true;
  if (kind !== 'email') return false;
  const at = canonical.indexOf('@');
  const local = canonical.slice(0, at);
  return noLocalParts.has(local.replace(numbered, '')) || noDomains.has(canonical.slice(at + 1));
}

const testDomain = /@(?:.+\.)?(?:example\.(?:com|org|net)|example|test|invalid|localhost)$/;
const TEST_MOBILES = '07700900';

/**
 * Whether a canonical value is reserved for tests and so cannot belong to anyone: an NHS number in the 999 range, an
 * address at a domain of RFC 2606, a number that Ofcom reserves for drama. Synthetic programmes use these.
 */
export function isReservedForTests(kind: PlaceholderKind, canonical: string): boolean {
  switch (kind) {
    case 'nhs-number':
      return canonical.startsWith('999');
    case 'email':
      return testDomain.test(canonical);
    case 'mobile':
      return canonical.startsWith(TEST_MOBILES);
    case 'birth-date':
      return false;
  }
}
