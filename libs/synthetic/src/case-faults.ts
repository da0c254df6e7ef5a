import { commonestEthnicity } from './demographics.js';
import type { Random } from './random.js';

/** The errors, gaps and odd spellings in a provider's record of one person. */
export interface CaseFaults {
  readonly email: 'none' | 'missing' | 'typo' | 'placeholder' | 'upper-case' | 'outer-space';
  readonly mobile: 'none' | 'missing' | 'zero-lost' | 'centre' | 'landline';
  readonly nhsNumber: 'none' | 'missing' | 'check-digit';
  readonly birthDate: 'none' | 'missing' | 'transposed' | 'spreadsheet-number';
  readonly gender: 'none' | 'missing' | 'wrong';
  readonly postcode: 'none' | 'missing' | 'malformed';
  /** An `other-spelling` changes only names that have one: most of them are transliterated. */
  readonly firstName: 'none' | 'missing' | 'short-form' | 'other-spelling';
  readonly consent: 'given' | 'refused' | 'missing';
  /** Missing coded attributes, one bit each in the order of {@link attributeBits}. */
  readonly attributesMissing: number;
  readonly placeholder: number;
  /** Whether this mobile is written with +44, regardless of the provider’s style. */
  readonly internationalMobile: boolean;
  /** Relative place of a typing error in a text, 0 to 1. */
  readonly slip: number;
  /** First quarter in which contacts, numbers and dates are corrected; Infinity if never. */
  readonly corrected: number;
  /** First quarter in which consent is withdrawn; Infinity if never. */
  readonly withdrawn: number;
}

export const attributeBits = {
  relationship: 1,
  ethnicity: 2,
  homeLanguage: 4,
  disability: 8,
  countryOfOrigin: 16,
  specialEducationalNeeds: 32,
  consentFormVersion: 64,
  dateRegistered: 128,
} as const;

/**
 * From 2 in the most deprived tenth to 0.4 in the least: identifiers are missing most where services are most needed, so
 * that missed links are not random.
 */
export const faultScale = (decile: number): number => 2 - ((decile - 1) * 1.6) / 9;

/** How well providers record people: as usual, or so that missed links are many and far from random. */
export const dataProfiles = ['normal', 'hard'] as const;
export type DataProfile = (typeof dataProfiles)[number];

/** How much harder a profile makes it to record people. */
const difficulties: Readonly<
  Record<
    DataProfile,
    {
      /** For every family. */
      readonly all: number;
      /** And again for families of other than the commonest ethnicity. */
      readonly otherEthnicity: number;
      /** And by provider: they take different care, a third of them less than others. */
      readonly providers: readonly number[];
    }
  >
> = {
  normal: { all: 1, otherEthnicity: 1.2, providers: [0.85, 1, 1.3] },
  hard: { all: 2, otherEthnicity: 1.5, providers: [0.75, 1, 1.75] },
};
/** Beyond it hardly a row would have an identifier. */
const MOST = 5;

/**
 * By how much rates of a case are multiplied: by deprivation, ethnicity and provider, so that missed links are not random.
 * @param provider any number that is the provider’s.
 */
export function difficulty(
  profile: DataProfile,
  {
    decile,
    ethnicity,
    provider,
  }: { readonly decile: number; readonly ethnicity: string; readonly provider: number },
): number {
  const { all, otherEthnicity, providers } = difficulties[profile];
  const byEthnicity = ethnicity === commonestEthnicity ? 1 : otherEthnicity;
  const byProvider = providers[provider % providers.length] ?? 1;
  return Math.min(faultScale(decile) * all * byEthnicity * byProvider, MOST);
}

/** Rates at scale 1. */
const rates = {
  emailMissing: 0.05,
  emailTypo: 0.012,
  emailPlaceholder: 0.012,
  mobileMissing: 0.08,
  mobileCentre: 0.02,
  mobileLandline: 0.01,
  nhsNumberMissing: 0.12,
  nhsNumberCheckDigit: 0.008,
  birthDateMissing: 0.015,
  birthDateTransposed: 0.006,
  firstNameMissing: 0.015,
  firstNameShortForm: 0.01,
  firstNameOtherSpelling: 0.04,
  genderMissing: 0.003,
  genderWrong: 0.002,
  postcodeMissing: 0.004,
  postcodeMalformed: 0.002,
  consentRefused: 0.008,
  consentMissing: 0.002,
  attributeMissing: 0.04,
} as const;

/** Rates of faults from spreadsheets and habits, the same for every family. */
const EMAIL_UPPER_CASE = 0.03;
const EMAIL_OUTER_SPACE = 0.02;
const MOBILE_INTERNATIONAL = 0.06;
const MOBILE_ZERO_LOST = 0.04;
const BIRTH_DATE_AS_NUMBER = 0.012;
const PUT_RIGHT_LATER = 0.2;
const CONSENT_WITHDRAWN = 0.02;

/**
 * Draws the faults of one case, always with the same number of draws, so that changing one rate does not affect others.
 */
export function drawFaults(
  random: Random,
  scale: number,
  spreadsheet: boolean,
  quarters: number,
): CaseFaults {
  const among = <Fault extends string>(
    ...faults: readonly (readonly [Fault, number])[]
  ): Fault | undefined => {
    let at = random.unit();
    for (const [fault, rate] of faults) {
      at -= rate;
      if (at < 0) return fault;
    }
    return undefined;
  };
  const email =
    among(
      ['missing', rates.emailMissing * scale],
      ['typo', rates.emailTypo * scale],
      ['placeholder', rates.emailPlaceholder * scale],
      ['upper-case', EMAIL_UPPER_CASE],
      ['outer-space', EMAIL_OUTER_SPACE],
    ) ?? 'none';
  const mobile =
    among(
      ['missing', rates.mobileMissing * scale],
      ['centre', rates.mobileCentre * scale],
      ['landline', rates.mobileLandline * scale],
      ['zero-lost', spreadsheet ? MOBILE_ZERO_LOST : 0],
    ) ?? 'none';
  const nhsNumber =
    among(['missing', rates.nhsNumberMissing * scale], ['check-digit', rates.nhsNumberCheckDigit * scale]) ??
    'none';
  const birthDate =
    among(
      ['missing', rates.birthDateMissing * scale],
      ['transposed', rates.birthDateTransposed * scale],
      ['spreadsheet-number', spreadsheet ? BIRTH_DATE_AS_NUMBER : 0],
    ) ?? 'none';
  const gender =
    among(['missing', rates.genderMissing * scale], ['wrong', rates.genderWrong * scale]) ?? 'none';
  const postcode =
    among(['missing', rates.postcodeMissing * scale], ['malformed', rates.postcodeMalformed * scale]) ??
    'none';
  const firstName =
    among(
      ['missing', rates.firstNameMissing * scale],
      ['short-form', rates.firstNameShortForm * scale],
      ['other-spelling', rates.firstNameOtherSpelling * scale],
    ) ?? 'none';
  const consent =
    among(['refused', rates.consentRefused * scale], ['missing', rates.consentMissing * scale]) ?? 'given';
  let attributesMissing = 0;
  for (const bit of Object.values(attributeBits)) {
    if (random.chance(rates.attributeMissing * scale)) attributesMissing |= bit;
  }
  const corrected = random.chance(PUT_RIGHT_LATER);
  const anyFault = [email, mobile, nhsNumber, birthDate, postcode, firstName].some(
    (fault) => fault !== 'none',
  );
  const aLaterQuarter = () => 1 + random.below(Math.max(quarters - 1, 1));
  const correctedIn = aLaterQuarter();
  return {
    email,
    mobile,
    nhsNumber,
    birthDate,
    gender,
    postcode,
    firstName,
    consent,
    attributesMissing,
    placeholder: random.below(3),
    internationalMobile: random.chance(MOBILE_INTERNATIONAL),
    slip: random.unit(),
    // Only a case with a fault can be corrected; otherwise unchanged rows would be sent again.
    corrected: corrected && anyFault ? correctedIn : Infinity,
    withdrawn: random.chance(CONSENT_WITHDRAWN) && consent === 'given' ? aLaterQuarter() : Infinity,
  };
}
