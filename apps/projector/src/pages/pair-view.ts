import { apartTexts, notCountedTexts, pairFinding, type PairExplanation } from '@kinledger/decisions';
import type { ComparedPair, PairRelation, SharedToken } from '@kinledger/domain';
import { reasonName, titleOf } from '@kinledger/page-kit/names';
import { bitsOf, comparisonView, shownOf, type ComparisonView } from './comparison-view.js';
import { identifierName, keptApartName, ruleName } from './linkage-names.js';
import { say, type Sentence } from './told.js';

/** A comparison under a heading of its own. */
interface TitledComparison {
  readonly title: string;
  readonly comparison: ComparisonView;
}

/** Whether two records are together, as its page shows it. */
export interface PairView {
  readonly finding: string;
  readonly facts: readonly { readonly key: string; readonly value: Sentence }[];
  readonly reasons: readonly string[];
  readonly links: readonly Sentence[];
  readonly doubts: readonly Sentence[];
  readonly comparisons: readonly TitledComparison[];
  readonly erasedSince: boolean;
}

/** @param nameOf the name of a dataset. */
export function pairView(found: PairExplanation, nameOf: (dataset: string) => string): PairView {
  const { asAt, strategy, records, relation, referrals, reviews, erasedSince } = found;
  const sides = records.map(({ record, dataset, role, individual, notCounted }, at) => ({
    key: at === 0 ? 'First record' : 'Second record',
    value: say`${{ id: record }}, ${titleOf(role).toLowerCase()}, ${nameOf(dataset)}: ${
      notCounted === undefined
        ? individual === undefined
          ? 'belongs to no individual, it is set aside'
          : say`individual ${{ id: individual }}`
        : (notCountedTexts[notCounted] ?? titleOf(notCounted).toLowerCase())
    }`,
  }));
  return {
    finding: `${pairFinding(found)}.`,
    facts: [
      ...sides,
      { key: 'As the ledger stood at', value: say`position ${number(asAt)}` },
      {
        key: 'Strategy',
        value: say`${strategy.name}, adopted at position ${number(strategy.adoptedAt)}`,
      },
      ...(relation === undefined ? [] : inCommon(relation)),
    ],
    reasons: relation?.reasons.map((reason) => titleOf(apartTexts[reason])) ?? [],
    links:
      relation?.links.map(
        ({ records: [from, to], rule, compared }) =>
          say`Record ${{ id: from }} and record ${{ id: to }} are linked by ${ruleName(rule)}${compared === undefined ? '' : `, with ${bitsOf(compared.weights.score)} bits`}`,
      ) ?? [],
    doubts: [
      ...referrals.map(
        ({ referral, reason, since }) =>
          say`A person has yet to decide, since position ${number(since)}: referral ${{ id: referral }}, because ${keptApartName(reason)}`,
      ),
      ...reviews.map(
        ({ position, decision, by, organisation, reason }) =>
          say`${by}${organisation === undefined ? '' : ` for ${titleOf(organisation)}`} decided at position ${number(position)} that they ${decision === 'LinkForbidden' ? 'are never one person' : 'are one person'}: ${reasonName(reason)}`,
      ),
    ],
    comparisons: relation === undefined ? [] : comparisonsOf(relation),
    erasedSince,
  };
}

function inCommon({ shared, keys }: PairRelation): PairView['facts'] {
  return [
    {
      key: 'Identifiers in common',
      value: say`${shared.length === 0 ? 'none' : shared.map(tokenName).join('; ')}`,
    },
    ...(keys.shared === 0
      ? []
      : [
          {
            key: 'Keys for comparison in common',
            value: say`${number(keys.shared)}${keys.crowded === 0 ? '' : `, ${number(keys.crowded)} of them crowded and not used`}`,
          },
        ]),
  ];
}

const tokenName = ({ rule, hasForce, isUsable }: SharedToken): string =>
  `${identifierName(rule)}${hasForce ? '' : ' (too many people for it to link anybody)'}${isUsable ? '' : ' (links only rows with the same birth date)'}`;

function comparisonsOf({ compared, decisive, links }: PairRelation): TitledComparison[] {
  const titled: { readonly title: string; readonly pair: ComparedPair }[] = [];
  if (compared !== undefined) titled.push({ title: titleOfAsked(compared), pair: compared });
  if (decisive !== undefined)
    titled.push({ title: 'The pair of the two individuals that decides', pair: decisive });
  for (const [at, { compared: pair }] of links.entries())
    if (pair !== undefined && !isSame(pair, compared)) titled.push({ title: `Link ${at + 1}`, pair });
  return titled.map(({ title, pair }, at) => ({
    title,
    comparison: comparisonView(shownOf(pair), { id: `weights-${at}`, label: title.toLowerCase() }),
  }));
}

const titleOfAsked = ({ isCandidate }: ComparedPair): string =>
  isCandidate
    ? 'The two records compared'
    : 'The two records compared here, which the strategy does not do, since they share no key in use';

const isSame = (one: ComparedPair, other: ComparedPair | undefined): boolean =>
  other?.records.every((record) => one.records.includes(record)) === true;

const number = (value: number): string => value.toLocaleString('en-GB');
