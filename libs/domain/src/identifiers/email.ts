import { isExaminable, type Canonical } from './canonical.js';

export type EmailText = Canonical<'email'>;

/** RFC 5321 §4.5.3.1.3 less the angle brackets. */
const MAX_LENGTH = 254;
/** One @, something before it, a name with a dot after it, and no white, control or invisible character. */
const address = /^[^@\s\p{C}]+@[^@\s\p{C}.]+(?:\.[^@\s\p{C}.]+)+$/u;

/**
 * Trimmed, lower case, one @, no white space inside. Dots and tags before the @ stay: that two spellings reach one
 * mailbox is a rule of the mailbox's provider, and partners who digest at source would not follow it.
 */
export function canonicalEmail(raw: string): EmailText | undefined {
  if (!isExaminable(raw)) return undefined;
  const text = raw.trim().normalize('NFC').toLowerCase().normalize('NFC');
  return text.length <= MAX_LENGTH && address.test(text) ? (text as EmailText) : undefined;
}
