import { isExaminable, type Canonical, type Reading } from './canonical.js';

export type EmailText = Canonical<'email'>;
export type EmailProblem = 'invalid' | 'several-addresses';

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
const MAX_LENGTH = 254;
const asciiAddress =
  /^[a-z0-9.!#$%&*+/=?^_{|}~-][a-z0-9.!#$%&'*+/=?^_`{|}~-]*@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/;
/**
 * Excludes characters that need quoting (RFC 5322 §3.2.3), which no real address has, and white or invisible
 * characters.
 */
const localPart = /^[^@\s\p{C}<>()[\],;:"\\]+$/u;
const label = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}-]{0,62}$/u;
const topLabel = /^(?:[\p{L}\p{M}]{2,63}|xn--[a-z0-9-]{1,59})$/u;

const invisible = /\p{Cf}+/gu;
const linkScheme = /^mailto:/;
/** `Amara Okafor <amara@example.org>`: name-addr of RFC 5322 §3.4. */
const namedAddress = /^[^<>@]*<([^<>]*)>$/;
const before = /^[\s<(["'`´‘’“”«,;:]+/;
const after = /[\s>)\]"'`´‘’“”»,;:.!?]+$/;
const typedApostrophe = /’/g;
/** What an address has in its middle: text on both sides of one @. */
const partOfAddress = /[^\s@]@[^\s@]/g;

/**
 * Reads one address: trimmed, in lower case, with one @ and no white space inside. It removes what cannot be part of an
 * address, and reports the repair: angle brackets and the name before them, `mailto:`, quotation marks (also the
 * apostrophe that a report puts before a value), punctuation around the address, invisible characters. Dots and tags
 * before the @ stay: whether two spellings reach one mailbox depends on the mail provider, and partners who digest at
 * source would not follow such a rule.
 */
export function readEmail(raw: string): Reading<EmailText, EmailProblem> {
  if (!isExaminable(raw)) return { problem: 'invalid' };
  const text = raw.trim().normalize('NFC').toLowerCase().normalize('NFC');
  if (isAddress(text)) return { value: text, repaired: false };
  const bare = bareAddress(text);
  if (isAddress(bare)) return { value: bare, repaired: true };
  return { problem: (bare.match(partOfAddress) ?? []).length > 1 ? 'several-addresses' : 'invalid' };
}

/** The address that {@link readEmail} reads, or undefined. */
export const canonicalEmail = (raw: string): EmailText | undefined => readEmail(raw).value;

/** Removes layers one at a time, in whatever order they surround the address. */
function bareAddress(text: string): string {
  let bare = text.replace(invisible, '');
  for (;;) {
    let inner = namedAddress.exec(bare)?.[1] ?? bare;
    inner = inner.replace(before, '').replace(after, '');
    // A mailto link may go on with a subject (RFC 6068).
    if (linkScheme.test(inner)) inner = inner.slice('mailto:'.length).replace(/(@[^?]*)\?.*$/s, '$1');
    if (inner === bare) return inner.replace(typedApostrophe, "'");
    bare = inner;
  }
}

function isAddress(text: string): text is EmailText {
  if (text.length > MAX_LENGTH) return false;
  const at = text.indexOf('@');
  const domain = text.slice(at + 1);
  if (asciiAddress.test(text)) return !domain.startsWith('-') && !/-\.|\.-/.test(domain);
  const local = text.slice(0, Math.max(at, 0));
  if (!localPart.test(local) || /^['`´‘’“”«]|[’]/.test(local)) return false;
  const labels = domain.split('.');
  const top = labels.pop() ?? '';
  return (
    labels.length > 0 && topLabel.test(top) && labels.every((each) => label.test(each) && !each.endsWith('-'))
  );
}
