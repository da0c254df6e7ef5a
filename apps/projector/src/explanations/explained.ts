import { explainInLedger, explainPairInLedger, type ExplainPairOptions } from '@kinledger/decisions';
import type { Explained } from './explanation-question.js';

/**
 * How an individual came to be; or, of two records, whether they are together, and why.
 * @throws NotInLedger; what `explainInLedger` and `explainPairInLedger` throw.
 */
export async function explained(
  question: Omit<ExplainPairOptions, 'ids'>,
  subject: string,
  other: string | null,
): Promise<Explained> {
  if (other === null) {
    const explanation = await explainInLedger({ ...question, id: subject });
    return { individuals: [explanation.individual], json: JSON.stringify(explanation) };
  }
  const pair = await explainPairInLedger({ ...question, ids: [subject, other] });
  return { individuals: pair.records.map(({ individual }) => individual), json: JSON.stringify(pair) };
}
