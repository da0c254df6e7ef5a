import { hash } from 'node:crypto';
import type { PseudonymisedRow } from '@kinledger/contracts';

const NHS_NUMBER = 1;
const BIRTH_DATE = 2;

/**
 * What tells the row's person from others, for the upper bound of reach: bits for an NHS number and for a birth date (a
 * child key contains one), and a number that stands for the provider's own case number. Read models contain no token:
 * the number is a digest of one, and is only compared among the records of one individual.
 */
export function marksOf({ tokens }: PseudonymisedRow): readonly [marks: number, caseMark: string | null] {
  let marks = 0;
  let caseMark: string | null = null;
  for (const { domain, use, token } of tokens) {
    if (use === 'identity' && domain === 'nhs-number') marks |= NHS_NUMBER;
    else if (use === 'identity' && domain === 'child-key') marks |= BIRTH_DATE;
    else if (use === 'guard' && domain === 'birth-date') marks |= BIRTH_DATE;
    else if (use === 'local') caseMark ??= caseMarkOf(token);
  }
  return [marks, caseMark];
}

/** The first 64 bits, as 16 hexadecimal digits. */
const caseMarkOf = (token: string): string => hash('sha256', `case mark ${token}`, 'hex').slice(0, 16);
