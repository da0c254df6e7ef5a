import { hash } from 'node:crypto';
import type { PseudonymisedRow } from '@kinledger/contracts';

const NHS_NUMBER = 1;
const BIRTH_DATE = 2;

/**
 * What a row says that tells its person from others, for the upper bound of reach: whether it has an NHS number, and
 * whether it has a birth date (a child key contains one), as bits; and a number that stands for the provider's own case
 * number. Read models hold no token: the number is a digest of one, and is compared among the records of one individual.
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

/** 64 bits, as the hexadecimal digits of a bigint. */
const caseMarkOf = (token: string): string => hash('sha256', `case mark ${token}`, 'hex').slice(0, 16);
