const count = String.raw`(?:no\.?|number|count|total)(?: of)?`;
const things = '(?:rows?|records?|cases?|entries|participants|people|clients|children|sessions|contacts)';
const number = String.raw`\d[\d,. ]*`;

/** What the first filled cell of a footer row says in exports of English programs: a total, a count, an end, a date of the run. */
export const footerWords: readonly string[] = [
  '(?:grand |overall |sub ?-?)?totals?',
  `(?:${count} )?${things}(?: (?:exported|returned|found|selected|in total))? ?[:=]? ?(?:${number})?`,
  `${number} ${things}(?: (?:exported|returned|found|selected|in total))?`,
  `(?:row|record|case|entry) count ?[:=]? ?(?:${number})?`,
  'end of (?:the )?(?:report|file|data|export|list|extract)',
  String.raw`page \d+(?: of \d+)?`,
  String.raw`(?:report |file |data )?(?:run|generated|created|printed|produced|exported|extracted)(?: (?:on|at|by|from))?\b.{0,100}`,
  String.raw`(?:official|confidential|official ?- ?sensitive)`,
];
