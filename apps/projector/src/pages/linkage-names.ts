import { verdictTexts } from '@kinledger/decisions';
import { wordsOf } from '@kinledger/page-kit/names';

/** Identifiers by the name of the token that is made of them. */
const identifiers: Readonly<Record<string, string>> = {
  'nhs-number': 'the NHS number',
  'child-key': 'the child key',
  email: 'the e-mail address',
  mobile: 'the mobile number',
  'case-number': 'the case number',
};

/** Grounds that are no identifier. */
const grounds: Readonly<Record<string, string>> = {
  reviewed: 'a person’s decision',
  'first-of-its-kind': 'being the first',
  'same-row': 'being the same row in a later file',
  revived: 'counting again after a withdrawal',
  'not-shown': 'a link that is not shown',
};

/** Why a record left, was set aside or waits for a person. */
const apart: Readonly<Record<string, string>> = {
  ...verdictTexts,
  replaced: 'a later file replaces it',
  omitted: 'a later full file no longer has it',
  withdrawn: 'its file was withdrawn',
  'consent-refused': 'the person refused consent',
  erased: 'it was erased',
  split: 'the individual is split',
  unlinkable: 'it has no usable identifier any more',
  referred: 'a person has to decide where it belongs',
  impersonal: 'it names no person',
  superseded: 'a row of higher rank is there',
  'not-shown': 'what decides it is not shown',
};

export const identifierName = (rule: string): string => identifiers[rule] ?? wordsOf(rule);
export const ruleName = (rule: string): string =>
  rule in identifiers ? identifierName(rule).replace(/^the /, 'the same ') : (grounds[rule] ?? wordsOf(rule));
export const keptApartName = (code: string): string => apart[code] ?? ruleName(code);
