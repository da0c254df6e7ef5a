/** Whole answers that refuse consent. */
const refusals: ReadonlySet<string> = new Set([
  'no',
  'n',
  'non',
  'none',
  'nil',
  'never',
  'false',
  'f',
  '0',
  'against',
  'unwilling',
  'dissent',
  'dissents',
  'stop',
]);

/** Beginnings of answers that neither give nor refuse consent: not asked, or not known. */
const unanswered =
  /^(?:not|no) (?:yet|asked|known|recorded|stated|applicable|sure|sought|answer(?:ed)?|response|reply|data|record|information|form|date)\b/;

/** Negated answers: "No, the mother refused", "not given", "doesn't consent", "no longer". */
const negated =
  /^(?:no|not|non|never)\b|\b(?:does|do|did|has|have|had|will|would|is|was) ?(?:not|n t)\b|\b(?:won|don|doesn|didn|hasn) t\b/;

/**
 * Words that refuse consent anywhere in an answer, in every form: withdrawn, withdrew, refused, opted out, revoked,
 * objects.
 */
const refusing =
  /\b(?:withdr[ae]w\w*|refus\w*|declin\w*|revo[ck]\w*|rescind\w*|retract\w*|den(?:y|ie[sd]|ial)|object(?:s|ed|ion|ing)?|opt(?:s|ed|ing)? ?out|unconsented|nonconsent\w*|reject(?:s|ed|ion)|cancel\w*|disagree[ds]?|expired|lapsed|ended|removed)\b/;

/** Negated refusals, which do not refuse: "No objection", "not withdrawn", "has never been refused". */
const unrefused =
  /\bno (?:objections?|refusals?|withdrawals?|denials?)\b|\b(?:not|never|t) (?:been |yet |ever )?(?:withdr|refus|declin|revo[ck]|rescind|retract|den[yi]|object|opt|reject|cancel|expire|lapse|removed)/;

/**
 * Whether an answer in a consent column refuses or withdraws consent, in any wording. All such wordings are listed
 * here. False for an answer that neither gives nor refuses it.
 */
export function refusesConsent(text: string): boolean {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  if (unrefused.test(words)) return false;
  if (refusals.has(words) || refusing.test(words)) return true;
  return negated.test(words) && !unanswered.test(words);
}
