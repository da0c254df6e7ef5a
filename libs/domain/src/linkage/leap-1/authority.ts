/** Value domains whose identity tokens link, strongest first (seeds §5.5; domain §4). */
export const authority = ['nhs-number', 'child-key', 'email', 'mobile'] as const;

/** Levels: indices into `authority`, which are also the strategy's channel numbers. */
export const CHILD_KEY_LEVEL = 1;
export const EMAIL_LEVEL = 2;
export const MOBILE_LEVEL = 3;
