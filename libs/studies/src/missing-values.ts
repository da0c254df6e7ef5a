/** Codes for values that are not there, by reason, as statistical packages expect them. */
export const missingValues = {
  'not recorded': '-9',
  declined: '-8',
  'not applicable': '-7',
  withheld: '-6',
} as const;
export type MissingReason = keyof typeof missingValues;

/** Words of the programme’s code lists that say why there is no value. */
const reasonsByWord: Readonly<Record<string, MissingReason>> = {
  'not-stated': 'declined',
  'not-known': 'not recorded',
};

/**
 * The text of a cell.
 * @param value undefined if nobody recorded it, null if it was recorded and the study may not have it.
 */
export function cellOf(value: string | null | undefined): string {
  if (value === undefined) return missingValues['not recorded'];
  if (value === null) return missingValues.withheld;
  const reason = reasonsByWord[value];
  return reason === undefined ? value : missingValues[reason];
}
