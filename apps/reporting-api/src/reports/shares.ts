/** A share as a percentage with one decimal place; null where the whole is not known or nobody. */
export const shareOf = (part: number | null, whole: number | null): string | null =>
  part === null || whole === null || whole === 0
    ? null
    : `${((100 * part) / whole).toLocaleString('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} %`;

export const number = (value: number): string => value.toLocaleString('en-GB').replace('-', '−');

/** A sum of which no part is unknown; otherwise null. */
export const sumOf = (parts: readonly (number | null)[]): number | null =>
  parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);

/** The n of a table of people. */
export const peopleCounted = (people: number | null): string =>
  people === null ? 'Not known' : `${number(people)} children and adults`;
