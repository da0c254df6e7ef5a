/**
 * The exact rules of the seeds (domain §4), as data. The shape is that of `strategy` in a programme definition.
 */
export interface LeapStrategy {
  readonly name: 'leap-1';
  /** K: more distinct birth-date guards among its identity holders take a token's force. */
  readonly maxBirthDatesPerToken: number;
  /** More identity holders take a token's force. */
  readonly maxHoldersPerToken: number;
  /** More distinct children's birth dates take a carer token's force. */
  readonly maxChildBirthDatesPerCarerToken: number;
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
