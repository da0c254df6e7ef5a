/** Words that answer the question for consent with no, as the whole answer. */
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

/** Beginnings of answers that neither give nor refuse: nobody was asked, or nobody knows. */
const unanswered =
  /^(?:not|no) (?:yet|asked|known|recorded|stated|applicable|sure|sought|answer(?:ed)?|response|reply|data|record|information|form|date)\b/;

/** "No, the mother refused", "not given", "doesn't consent", "no longer". */
const negated =
  /^(?:no|not|non|never)\b|\b(?:does|do|did|has|have|had|will|would|is|was) ?(?:not|n t)\b|\b(?:won|don|doesn|didn|hasn) t\b/;

/** Words that refuse wherever they stand, in every form: withdrawn, withdrew, refused, opted out, revoked, objects. */
const refusing =
  /\b(?:withdr[ae]w\w*|refus\w*|declin\w*|revo[ck]\w*|rescind\w*|retract\w*|den(?:y|ie[sd]|ial)|object(?:s|ed|ion|ing)?|opt(?:s|ed|ing)? ?out|unconsented|nonconsent\w*|reject(?:s|ed|ion)|cancel\w*|disagree[ds]?|expired|lapsed|ended|removed)\b/;

/** "No objection", "not withdrawn", "has never been refused": a refusal that is denied is none. */
const unrefused =
  /\bno (?:objections?|refusals?|withdrawals?|denials?)\b|\b(?:not|never|t) (?:been |yet |ever )?(?:withdr|refus|declin|revo[ck]|rescind|retract|den[yi]|object|opt|reject|cancel|expire|lapse|removed)/;

/**
 * Whether an answer in a consent column refuses consent, or takes it back, in whatever words: the one list of them. What
 * neither gives nor refuses it is no answer, and false here.
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
