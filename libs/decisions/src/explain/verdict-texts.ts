import type { RivalVerdict } from '@kinledger/domain';

/** Why a rival lost, in words. */
export const verdictTexts: Readonly<Record<RivalVerdict, string>> = {
  'nhs-numbers-differ': 'the two have different NHS numbers',
  'birth-dates-differ': 'the two have different birth dates',
  'child-and-adult': 'one is a child and the other an adult',
  'case-numbers-differ': 'one dataset lists them under different case numbers',
  'genders-differ': 'the genders differ, and no birth date confirms that they are one',
  ambiguous: 'it could belong to either of several: a person has to choose',
  forbidden: 'a person decided that they are never linked',
  'token-without-force': 'so many people hold this token that it tells nobody apart',
  'birth-date-not-shared': 'a token of this kind joins rows of one birth date alone',
  'weaker-token': 'a stronger token of the record decided',
  'facts-never-join': 'a fact belongs to a person, and joins no two',
  'score-not-decisive': 'the two may be one person, and a person has to decide',
  'kept-apart-by-others': 'other records of the two keep them apart',
};
