import {
  borrowed,
  estimateStratum,
  FEWEST_CANDIDATES,
  PatternLayout,
  type FieldShape,
  type StratumEvidence,
  type StratumModel,
} from '@kinledger/kin';
import type { Crew } from '../threads/crew.js';

export interface StratumToEstimate {
  readonly fields: readonly FieldShape[];
  readonly evidence: StratumEvidence;
}

export const estimateOf = ({ fields, evidence }: StratumToEstimate): StratumModel =>
  estimateStratum(new PatternLayout(fields), evidence);

/** A stratum that shows too little takes its probabilities from the one with most candidates, at shares of its own size. */
export async function estimateStrata(
  fields: readonly FieldShape[],
  evidence: readonly StratumEvidence[],
  crew: Crew,
): Promise<readonly StratumModel[]> {
  const candidatesIn = ({ counts }: StratumEvidence) => counts.reduce((all, count) => all + count, 0);
  const used = evidence.filter((each) => candidatesIn(each) > 0);
  const largest = [...used].sort((a, b) => candidatesIn(b) - candidatesIn(a))[0] ?? evidence[0];
  if (largest === undefined) throw new Error('there is no stratum to estimate');
  const alone = used.filter((each) => each !== largest && candidatesIn(each) >= FEWEST_CANDIDATES);
  const [ofLargest, ...models] = await crew.all(
    'estimate',
    [largest, ...alone].map((each) => ({ fields, evidence: each })),
  );
  if (ofLargest === undefined) throw new Error('no stratum was estimated');
  if (used.length === 0) return [ofLargest];
  return used.map((each) => {
    if (each === largest) return ofLargest;
    const { stratum, records, pairs } = each;
    return (
      models[alone.indexOf(each)] ??
      borrowed(ofLargest, largest, { stratum, records, pairs, candidates: candidatesIn(each) })
    );
  });
}
