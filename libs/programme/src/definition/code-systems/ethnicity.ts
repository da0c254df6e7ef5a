/**
 * Ethnic groups in the three code systems of the sources: the 19 groups of the 2021 Census of England and Wales (ONS),
 * the NHS’s 16 + 1 codes (NHS Data Dictionary, ethnic category code 2001), and the four-letter main codes of the
 * school census (DfE common basic data set). They do not divide people alike: a translation says what it loses.
 */
export type EthnicitySystem = 'ethnicity-census-2021' | 'ethnicity-nhs' | 'ethnicity-dfe';

/** The five groups of the 2021 Census, into which every code of every system fits. */
export type EthnicGroup = 'asian' | 'black' | 'mixed' | 'white' | 'other';

/** Why no group is given. A blank cell is a third case, and stays one: it has no code. */
export type EthnicityNotGiven = 'not-stated' | 'not-known';

export interface EthnicityCode {
  readonly code: string;
  readonly label: string;
  /** The finest groups that any of the systems tells apart and that this code holds, the most usual one first. */
  readonly holds: readonly string[];
}

/**
 * How a translation fits: `exact`, the same people; `wider`, the target holds others too; `narrower`, the target holds
 * only some of them, so that it says more than the source did; `overlapping`, both.
 */
export type Fit = 'exact' | 'wider' | 'narrower' | 'overlapping';

export interface Translation {
  readonly code: string;
  readonly fit: Fit;
}

const groups: Readonly<Record<EthnicGroup, readonly string[]>> = {
  asian: ['bangladeshi', 'chinese', 'indian', 'pakistani', 'other-asian'],
  black: ['african', 'caribbean', 'other-black'],
  mixed: ['white-asian', 'white-african', 'white-caribbean', 'other-mixed'],
  white: ['british', 'irish', 'gypsy', 'irish-traveller', 'roma', 'other-white'],
  other: ['arab', 'any-other'],
};

const one = (code: string, label: string, ...holds: readonly string[]): EthnicityCode => ({
  code,
  label,
  holds,
});

/** Codes of each system; in the census, whose publications have labels only, codes of our own for them. */
export const ethnicityCodes: Readonly<Record<EthnicitySystem, readonly EthnicityCode[]>> = {
  'ethnicity-census-2021': [
    one('asian-bangladeshi', 'Bangladeshi', 'bangladeshi'),
    one('asian-chinese', 'Chinese', 'chinese'),
    one('asian-indian', 'Indian', 'indian'),
    one('asian-pakistani', 'Pakistani', 'pakistani'),
    one('asian-other', 'Any other Asian background', 'other-asian'),
    one('black-african', 'African', 'african'),
    one('black-caribbean', 'Caribbean', 'caribbean'),
    one('black-other', 'Any other Black, Black British or Caribbean background', 'other-black'),
    one('mixed-white-asian', 'White and Asian', 'white-asian'),
    one('mixed-white-black-african', 'White and Black African', 'white-african'),
    one('mixed-white-black-caribbean', 'White and Black Caribbean', 'white-caribbean'),
    one('mixed-other', 'Any other Mixed or Multiple background', 'other-mixed'),
    one('white-british', 'English, Welsh, Scottish, Northern Irish or British', 'british'),
    one('white-irish', 'Irish', 'irish'),
    one('white-gypsy-traveller', 'Gypsy or Irish Traveller', 'gypsy', 'irish-traveller'),
    one('white-roma', 'Roma', 'roma'),
    one('white-other', 'Any other White background', 'other-white'),
    one('other-arab', 'Arab', 'arab'),
    one('other-any', 'Any other ethnic group', 'any-other'),
  ],
  'ethnicity-nhs': [
    one('A', 'White - British', 'british'),
    one('B', 'White - Irish', 'irish'),
    one('C', 'White - Any other White background', ...['other-white', 'gypsy', 'irish-traveller', 'roma']),
    one('D', 'Mixed - White and Black Caribbean', 'white-caribbean'),
    one('E', 'Mixed - White and Black African', 'white-african'),
    one('F', 'Mixed - White and Asian', 'white-asian'),
    one('G', 'Mixed - Any other mixed background', 'other-mixed'),
    one('H', 'Asian or Asian British - Indian', 'indian'),
    one('J', 'Asian or Asian British - Pakistani', 'pakistani'),
    one('K', 'Asian or Asian British - Bangladeshi', 'bangladeshi'),
    one('L', 'Asian or Asian British - Any other Asian background', 'other-asian'),
    one('M', 'Black or Black British - Caribbean', 'caribbean'),
    one('N', 'Black or Black British - African', 'african'),
    one('P', 'Black or Black British - Any other Black background', 'other-black'),
    one('R', 'Other Ethnic Groups - Chinese', 'chinese'),
    one('S', 'Other Ethnic Groups - Any other ethnic group', 'any-other', 'arab'),
  ],
  'ethnicity-dfe': [
    one('WBRI', 'White - British', 'british'),
    one('WIRI', 'White - Irish', 'irish'),
    one('WIRT', 'Traveller of Irish heritage', 'irish-traveller'),
    one('WROM', 'Gypsy / Roma', 'roma', 'gypsy'),
    one('WOTH', 'Any other White background', 'other-white'),
    one('MWBC', 'White and Black Caribbean', 'white-caribbean'),
    one('MWBA', 'White and Black African', 'white-african'),
    one('MWAS', 'White and Asian', 'white-asian'),
    one('MOTH', 'Any other Mixed background', 'other-mixed'),
    one('AIND', 'Indian', 'indian'),
    one('APKN', 'Pakistani', 'pakistani'),
    one('ABAN', 'Bangladeshi', 'bangladeshi'),
    one('AOTH', 'Any other Asian background', 'other-asian'),
    one('BCRB', 'Black Caribbean', 'caribbean'),
    one('BAFR', 'Black - African', 'african'),
    one('BOTH', 'Any other Black background', 'other-black'),
    one('CHNE', 'Chinese', 'chinese'),
    one('OOTH', 'Any other ethnic group', 'any-other', 'arab'),
  ],
};

/** What each system writes where no group is given: asked and declined, or never learnt. */
export const ethnicityNotGiven: Readonly<
  Record<EthnicitySystem, Readonly<Record<EthnicityNotGiven, string>>>
> = {
  'ethnicity-census-2021': { 'not-stated': 'not-stated', 'not-known': 'not-known' },
  'ethnicity-nhs': { 'not-stated': 'Z', 'not-known': '99' },
  'ethnicity-dfe': { 'not-stated': 'REFU', 'not-known': 'NOBT' },
};

const codeOf = (system: EthnicitySystem, code: string): EthnicityCode | undefined =>
  ethnicityCodes[system].find((candidate) => candidate.code === code);

/** Whether a code says that no group is given, and how; undefined for a group, and for an unknown code. */
export function ethnicityNotGivenBy(system: EthnicitySystem, code: string): EthnicityNotGiven | undefined {
  const { 'not-stated': declined, 'not-known': unknown } = ethnicityNotGiven[system];
  return code === declined ? 'not-stated' : code === unknown ? 'not-known' : undefined;
}

/**
 * Translates a code. The target is the code that holds the most usual of the source’s groups; the fit says what that
 * changes. The way back need not return to where it began.
 * @returns undefined for a code that the system does not have.
 */
export function translateEthnicity(
  from: EthnicitySystem,
  to: EthnicitySystem,
  code: string,
): Translation | undefined {
  const notGiven = ethnicityNotGivenBy(from, code);
  if (notGiven !== undefined) return { code: ethnicityNotGiven[to][notGiven], fit: 'exact' };
  const source = codeOf(from, code);
  if (source === undefined) return undefined;
  const target = ethnicityCodes[to].find(({ holds }) => holds.includes(source.holds[0] ?? ''));
  if (target === undefined) throw new Error(`${to} has no code for ${from} ${code}`);
  return { code: target.code, fit: fitOf(new Set(source.holds), new Set(target.holds)) };
}

function fitOf(source: ReadonlySet<string>, target: ReadonlySet<string>): Fit {
  const sourceInTarget = source.isSubsetOf(target);
  const targetInSource = target.isSubsetOf(source);
  if (sourceInTarget) return targetInSource ? 'exact' : 'wider';
  return targetInSource ? 'narrower' : 'overlapping';
}

/** The census’s group of five, which no code of any system straddles; undefined where no group is given. */
export function ethnicGroupOf(system: EthnicitySystem, code: string): EthnicGroup | undefined {
  const [first = ''] = codeOf(system, code)?.holds ?? [];
  return (Object.keys(groups) as EthnicGroup[]).find((group) => groups[group].includes(first));
}
