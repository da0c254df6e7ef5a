import type { ReferralReason } from '@kinledger/domain';
import type { ProgrammeDefinition } from '@kinledger/programme';

/** What a programme asks of reviews. */
export interface ReviewPolicy {
  /** Whether two people have to agree on a pair that was referred for this reason, without seeing each other’s answers. */
  readonly asksSecond: (reason: ReferralReason) => boolean;
  /** Whether pairs with records of a dataset are never shown, so that nobody decides them. */
  readonly isSensitive: (dataset: string) => boolean;
}

/** One reviewer decides, and no dataset is sensitive. */
export const plainReviews: ReviewPolicy = { asksSecond: () => false, isSensitive: () => false };

/**
 * The policy of the definition in force.
 * @param ever the definitions of the ledger: what one of them called sensitive stays so.
 */
export function reviewPolicyOf(
  inForce: Pick<ProgrammeDefinition, 'reviews' | 'datasets'>,
  ever: Iterable<Pick<ProgrammeDefinition, 'datasets'>>,
): ReviewPolicy {
  const second = inForce.reviews?.secondReviewer ?? 'never';
  const sensitive = new Set<string>(
    [inForce, ...ever].flatMap(({ datasets }) =>
      datasets.flatMap((one) => (one.sensitive === true ? [one.id] : [])),
    ),
  );
  return {
    asksSecond: (reason) => (typeof second === 'string' ? second === 'always' : second.includes(reason)),
    isSensitive: (dataset) => sensitive.has(dataset),
  };
}
