/** What `--shown` of a comparison and of a preview gives: help texts and the notes under tables say the same. */
export const AFTER_DISCLOSURE_CONTROL =
  'after disclosure control, each count by itself; nobody audits it: not for publication';
