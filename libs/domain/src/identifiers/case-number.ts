import { isExaminable, type Canonical } from './canonical.js';

export type CaseNumberText = Canonical<'case-number'>;

const MAX_LENGTH = 120;
const whiteSpace = /\s+/g;
const invisible = /[\p{C}]/u;

/**
 * A provider's own number for a person or row: trimmed, with each run of white space made one space. Letter case and
 * leading zeros stay, because some case systems number with them.
 */
export function canonicalCaseNumber(raw: string): CaseNumberText | undefined {
  if (!isExaminable(raw)) return undefined;
  const text = raw.normalize('NFC').trim().replace(whiteSpace, ' ');
  if (text === '' || text.length > MAX_LENGTH || invisible.test(text)) return undefined;
  return text as CaseNumberText;
}
