/**
 * The key by which headers are compared: letters and digits in lower case, without diacritics, spaces and punctuation.
 * "E-mail address", "Email Address" and "EMAIL_ADDRESS" have one key. Empty for a text without letters or digits.
 */
export const headerKey = (header: string): string =>
  header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

/** The key of a provider's value in a value map: without case and outer space. */
export const valueKey = (value: string): string => value.trim().toLowerCase();
