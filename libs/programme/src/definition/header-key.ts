/**
 * What a header text is compared by: letters and digits in lower case, without marks, spaces and punctuation. So
 * "E-mail address", "Email Address" and "EMAIL_ADDRESS" are one. Empty for a text that has neither.
 */
export const headerKey = (header: string): string =>
  header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

/** What a provider's value is looked up by in a value map: without case and outer space. */
export const valueKey = (value: string): string => value.trim().toLowerCase();
