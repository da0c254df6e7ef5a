import type { ListedQuarter } from '../recounts/closed-quarter.js';
import type { Recount } from '../recounts/recounts.js';

type Edition = Pick<ListedQuarter, 'period' | 'edition' | 'standing'>;

/**
 * What was asked lately of one edition of a quarter: whether it comes out the same, and what changed since the edition that is
 * compared by default, which is the one that is published, else this one.
 */
export function recountsOf<Found extends Pick<Recount, 'kind' | 'period' | 'edition'>>(
  of: Edition,
  editions: readonly Edition[],
  latest: readonly Found[],
): { readonly reproduced: Found | undefined; readonly restated: Found | undefined } {
  const published = editions.find(({ period, standing }) => period === of.period && standing === 'published');
  const found = (asked: Recount['kind'], edition: number) =>
    latest.find((each) => each.kind === asked && each.period === of.period && each.edition === edition);
  return {
    reproduced: found('reproduction', of.edition),
    restated: found('restatement', (published ?? of).edition),
  };
}
