import type { ApartReason, LinkCondition, MissingSide } from '@kinledger/domain';
import type { PairExplanation } from './explain-pair.js';
import { verdictTexts } from './verdict-texts.js';

/** Why two records are not together, in words. */
export const apartTexts: Readonly<Record<ApartReason, string>> = {
  'nhs-numbers-differ': verdictTexts['nhs-numbers-differ'],
  'birth-dates-differ': verdictTexts['birth-dates-differ'],
  'child-and-adult': verdictTexts['child-and-adult'],
  'case-numbers-differ': verdictTexts['case-numbers-differ'],
  'genders-differ': verdictTexts['genders-differ'],
  ambiguous: verdictTexts.ambiguous,
  forbidden: verdictTexts.forbidden,
  unlinkable: 'one of them has no identifier that may link it, and no key under which records are compared',
  'no-common-key':
    'they have no identifier in common, and no key under which the strategy would compare them',
  'keys-crowded':
    'the keys that they have in common are crowded: more records have them than the strategy compares',
  'token-without-force': 'more people than it can tell apart have the identifier that they have in common',
  'birth-date-not-shared': 'the identifier that they have in common joins only rows with the same birth date',
  'score-below-review': 'their score is too low even for a person to look at them',
  'score-below-link': 'their score is too low to link them without a person',
  'conditions-failed': 'a field that has to agree does not',
  'cluster-cut': 'the records that are like them fall into two groups, with one of the two in each',
  'rival-too-near': 'somebody else is so like one of them that the score does not choose',
  'kept-apart-by-others': 'the two alone could be linked; other records keep them apart',
};

/** Which record does not state a field that is not compared, in words. */
export const missingTexts: Readonly<Record<MissingSide, string>> = {
  first: 'missing on the first record',
  second: 'missing on the second record',
  both: 'missing on both records',
  either: 'missing on a record',
  neither: 'counted with another field',
};

export const outcomeTexts: Readonly<Record<LinkCondition['outcome'], string>> = {
  held: 'held',
  failed: 'did not hold',
  missing: 'not asked: a record does not state it',
};

/** Why a record does not count, in words. */
export const notCountedTexts: Readonly<Record<string, string>> = {
  fact: 'it is a session, a measurement or another fact, which belongs to a person and joins no two',
  impersonal: 'it names no person',
  replaced: 'a later file replaced it',
  omitted: 'a later full file no longer has it',
  withdrawn: 'its file was withdrawn',
  superseded: 'a row of higher rank is there',
  'consent-refused': 'the person refused consent',
  erased: 'it was erased',
};

/** The answer in one sentence without a full stop; ids are left to whoever tells it. */
export function pairFinding({ relation, records, referrals }: PairExplanation): string {
  const gone = records.findIndex(({ notCounted }) => notCounted !== undefined);
  const why = records[gone]?.notCounted;
  if (why !== undefined)
    return `The ${gone === 0 ? 'first' : 'second'} record does not count: ${notCountedTexts[why] ?? why}`;
  if (relation === undefined) return 'Nothing can be said about the two';
  if (relation.isTogether) {
    const links = relation.links.length === 0 ? '; the links between them are not shown' : '';
    return `The two records belong to one individual${links}`;
  }
  const [first = 'kept-apart-by-others'] = relation.reasons;
  const waits = referrals.length === 0 ? '' : '; a person has yet to decide';
  return `The two records are not together: ${apartTexts[first]}${waits}`;
}
