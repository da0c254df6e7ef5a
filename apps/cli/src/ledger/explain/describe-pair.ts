import { apartTexts, notCountedTexts, pairFinding, type PairExplanation } from '@kinledger/decisions';
import type { ComparedPair, PairRelation } from '@kinledger/domain';
import { count } from '../../output/output.js';
import { describeComparison } from './describe-comparison.js';

/** Whether two records are together and why, for people. */
export function describePair(found: PairExplanation): string {
  const { asAt, stream, strategy, records, relation, referrals, reviews, erasedSince } = found;
  const model = strategy.model === undefined ? '' : `, model ${strategy.model}`;
  return [
    `${pairFinding(found)}.`,
    `As at position ${asAt} of ${stream}; strategy ${strategy.name}${model}, adopted at position ${strategy.adoptedAt}.`,
    ...records.map(
      ({ record, dataset, role, individual, notCounted }, at) =>
        `${at === 0 ? 'First' : 'Second'} record ${record}, ${role} of ${dataset}: ${
          notCounted === undefined
            ? individual === undefined
              ? 'belongs to no individual, it is set aside'
              : `individual ${individual}`
            : (notCountedTexts[notCounted] ?? notCounted)
        }`,
    ),
    ...(relation === undefined ? [] : describeRelation(relation)),
    ...referrals.map(
      ({ referral, reason, rule, since }) =>
        `referral ${referral} waits for a person since position ${since} (${reason}, by ${rule})`,
    ),
    ...reviews.map(
      ({ position, decision, by, organisation, reason }) =>
        `${decision} at position ${position}: ${by}${organisation === undefined ? '' : ` for ${organisation}`} decided so, because ${reason}`,
    ),
    ...(erasedSince
      ? [
          'Somebody was erased after that position: what that person’s records said is missing from this answer.',
        ]
      : []),
    '',
    ...(relation?.compared === undefined
      ? []
      : ['Weights follow from levels and the model that the ledger had adopted.']),
    'Records of sensitive datasets are left out of every explanation, as if they knew nobody.',
  ].join('\n');
}

function describeRelation({
  isTogether,
  links,
  reasons,
  shared,
  keys,
  compared,
  decisive,
}: PairRelation): string[] {
  const tokens = shared.map(
    ({ rule, hasForce, isUsable }) =>
      `${rule}${hasForce ? '' : ' (without force)'}${isUsable ? '' : ' (needs the same birth date)'}`,
  );
  return [
    ...links.flatMap(({ records: [from, to], rule, compared: pair }) => [
      `  record ${from} and record ${to} are linked by ${rule}`,
      ...(pair === undefined || isSame(pair, compared) ? [] : describeComparison(pair).map(indented)),
    ]),
    ...reasons.map((reason) => `  ${reason}: ${apartTexts[reason]}`),
    `  identifiers in common: ${tokens.length === 0 ? 'none' : tokens.join('; ')}`,
    ...(keys.shared === 0
      ? []
      : [`  keys for comparison in common: ${count(keys.shared)}, of which ${count(keys.crowded)} crowded`]),
    ...(compared === undefined
      ? []
      : ['', titleOf(compared, isTogether), ...describeComparison(compared).map(indented)]),
    ...(decisive === undefined
      ? []
      : [
          '',
          `The pair of the two individuals that decides, records ${decisive.records.join(' and ')}:`,
          ...describeComparison(decisive).map(indented),
        ]),
  ];
}

const titleOf = ({ isCandidate }: ComparedPair, isTogether: boolean): string =>
  isCandidate
    ? 'The two records compared:'
    : `The two records compared here; the strategy does not compare them, since they share no key${isTogether ? '' : ' that is not crowded'}:`;

const isSame = (one: ComparedPair, other: ComparedPair | undefined): boolean =>
  other?.records.every((record) => one.records.includes(record)) === true;

const indented = (line: string): string => `    ${line}`;
