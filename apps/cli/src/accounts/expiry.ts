import { Failure } from '../failure.js';

/**
 * Parses `--expires`: the last day on which a token is valid, or an instant with its time zone, or `never`.
 * @returns the instant at which the token expires, as ISO 8601 in UTC; undefined for `never`.
 * @throws Failure for any other text, or a time in the past.
 */
export function expiryOf(text: string, now: number): string | undefined {
  if (text === 'never') return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = isDay ? Date.parse(`${text}T00:00:00Z`) : isInstant ? Date.parse(text) : Number.NaN;
  // The parser turns 30 February into a day of March.
  const exists = !Number.isNaN(at) && (!isDay || new Date(at).toISOString().startsWith(text));
  if (!exists)
    throw new Failure(
      '--expires is a day such as 2027-03-31, an instant such as 2027-03-31T17:00Z, or never',
    );
  const ends = isDay ? at + 86_400_000 : at;
  if (ends <= now) throw new Failure(`--expires ${text} is over: give a later day`);
  return new Date(ends).toISOString();
}
