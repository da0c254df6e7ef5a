import type { StratumEvidence } from './estimate.js';
import { LEAST_SHARE, LEAST_UNRELATED, rounded, type StratumModel } from './model.js';

type Size = Pick<StratumEvidence, 'stratum' | 'records' | 'pairs'>;

/**
 * The model of a stratum that shows too little to be estimated: the probabilities of another, at shares that follow from its
 * own size. A record has about as many pairs of each class in a small stratum as in a large one, and fewer other pairs.
 * @param model the model of the other stratum; @param from how large that one is; @param to the stratum that borrows it.
 */
export function borrowed(
  model: StratumModel,
  from: Size,
  to: Size & { readonly candidates: number },
): StratumModel {
  const scale = (to.records / to.pairs) * (from.pairs / from.records);
  const scaled = (share: number) => Math.min(1, Math.max(share * scale, LEAST_SHARE));
  const known = model.classes
    .filter(({ class: name }) => name !== 'unrelated')
    .reduce((all, { share }) => all + scaled(share), 0);
  return {
    stratum: to.stratum,
    candidates: to.candidates,
    pairs: to.pairs,
    classes: model.classes.map((each) => ({
      ...each,
      share: rounded(each.class === 'unrelated' ? Math.max(1 - known, LEAST_UNRELATED) : scaled(each.share)),
    })),
  };
}
