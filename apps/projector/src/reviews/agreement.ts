import type { ReviewAnswer } from '@kinledger/contracts';

/** One answer about a pair of rows, or the end of what was said of it. */
export interface ReviewOfPair {
  readonly pair: string;
  readonly kind: 'opinion' | 'decision' | 'undone';
  readonly answer: ReviewAnswer | null;
  readonly by: string;
}

/** An answer that can agree with another: who is unsure says nothing about the pair. */
type Verdict = Exclude<ReviewAnswer, 'unsure'>;

/** How often two people who said “same” or “different” of one pair, without seeing each other’s answer, agreed. */
export interface Agreement {
  /** Pairs of which at least two people said “same” or “different”. */
  readonly pairs: number;
  readonly agreed: number;
  /** Share of pairs, and Cohen’s kappa; null where there is nothing to measure. */
  readonly share: number | null;
  readonly kappa: number | null;
}

/**
 * Measures the first answer against the first one of another person, for each pair and each time that it was reviewed. Who is
 * unsure may answer again: were that counted at once, the numbers would tell what the other one had said.
 * Kappa is (p_o − p_e) / (1 − p_e), of the shares that agree and that would agree by chance (J. Cohen, “A coefficient of
 * agreement for nominal scales”, Educational and Psychological Measurement 20, 1960, pp. 37–46). Reviewers differ from
 * pair to pair, so the two raters are “first” and “second”.
 * @param reviews in the order of the ledger.
 */
export function agreementOf(reviews: readonly ReviewOfPair[]): Agreement {
  const found: (readonly [Verdict, Verdict])[] = [];
  const open = new Map<string, { readonly by: string; readonly answer: Verdict }>();
  const compared = new Set<string>();
  for (const { pair, kind, answer, by } of reviews) {
    const first = open.get(pair);
    if (answer !== null && answer !== 'unsure') {
      if (first === undefined) open.set(pair, { by, answer });
      else if (first.by !== by && !compared.has(pair)) {
        found.push([first.answer, answer]);
        compared.add(pair);
      }
    }
    if (kind === 'opinion') continue;
    open.delete(pair);
    compared.delete(pair);
  }
  return { ...kappaOf(found), pairs: found.length };
}

function kappaOf(pairs: readonly (readonly [Verdict, Verdict])[]): Omit<Agreement, 'pairs'> {
  const agreed = pairs.filter(([one, other]) => one === other).length;
  if (pairs.length === 0) return { agreed, share: null, kappa: null };
  const share = agreed / pairs.length;
  const shareOf = (rater: 0 | 1, answer: Verdict) =>
    pairs.filter((pair) => pair[rater] === answer).length / pairs.length;
  const byChance = (['same', 'different'] as const)
    .map((answer) => shareOf(0, answer) * shareOf(1, answer))
    .reduce((sum, product) => sum + product, 0);
  // Where all give one answer, chance explains everything, and kappa is undefined.
  return { agreed, share, kappa: byChance === 1 ? null : (share - byChance) / (1 - byChance) };
}
