/**
 * The exact rules of the seeds (domain §4), as data. The shape is that of `strategy` in a programme definition.
 */
export interface LeapStrategy {
  readonly name: 'leap-1';
  /** K: more distinct birth dates, or NHS numbers, among the live rows that hold a token as their own take its force. */
  readonly maxBirthDatesPerToken: number;
  /** So do more distinct case numbers in one dataset. */
  readonly maxCasesPerToken: number;
  /** So do more rows that carry none of the three. */
  readonly maxHoldersPerToken: number;
  /** More distinct children, told apart in the same ways, take the force of a token that stands on them as their carer's. */
  readonly maxChildrenPerCarerToken: number;
}

/** Value domains whose identity tokens link, strongest first (seeds §5.5; domain §4). */
export const authority = ['nhs-number', 'child-key', 'email', 'mobile'] as const;
export type LinkingDomain = (typeof authority)[number];

/** Index into `authority`; -1 for a domain that never links, such as a provider's own case number. */
export const levelOf = (domain: string): number => authority.indexOf(domain as LinkingDomain);

export const NHS_NUMBER_LEVEL = 0;
export const CHILD_KEY_LEVEL = 1;
export const EMAIL_LEVEL = 2;
export const MOBILE_LEVEL = authority.length - 1;

/** The guard that contradicts or confirms. */
export const BIRTH_DATE_DOMAIN = 'birth-date';
/** A guard that contradicts only where two rows share nothing but an email: records err about it. */
export const GENDER_DOMAIN = 'gender';
