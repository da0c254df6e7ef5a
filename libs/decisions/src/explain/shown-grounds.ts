import type { RecordId } from '@kinledger/contracts';
import type { ComparedPair, LinkageDecider } from '@kinledger/domain';

/** The rule of a link, or the reason of a doubt, that no record which is shown explains. */
export const NOT_SHOWN = 'not-shown';

/** A ground between records that are shown. */
export interface ShownGround {
  readonly rule: string;
  readonly through?: RecordId | undefined;
  /** Where a score links the two, or the doubt is about one. */
  readonly compared?: ComparedPair | undefined;
}

type IsShown = (dataset: string) => boolean;
type Asked = Pick<LinkageDecider, 'consider' | 'individualOf' | 'metByToken' | 'relate'>;

/** A pair is related together with its whole component, so that only so many are. Identifiers are asked of every record. */
const MAX_PAIRS = 20;

/** Why a record belongs to its individual, by the other records of it that are shown. */
export function shownGroundOf(
  record: RecordId,
  others: readonly RecordId[],
  engine: Asked,
  isShown: IsShown,
): ShownGround {
  const met = engine.metByToken(record, isShown);
  if (met !== undefined) return { rule: met.rule, through: met.record };
  for (const other of others.slice(0, MAX_PAIRS)) {
    const [link] = engine.relate(record, other, isShown)?.links ?? [];
    if (link !== undefined) return { rule: link.rule, through: link.records[1], compared: link.compared };
  }
  return { rule: NOT_SHOWN };
}

/** Why records that came from another individual belong to theirs, by a link from one of them to one of the others. */
export function shownGroundBetween(
  came: readonly RecordId[],
  others: readonly RecordId[],
  engine: Asked,
  isShown: IsShown,
): ShownGround {
  const isOf = new Set(came);
  const isOther = new Set(others);
  for (const one of came) {
    const met = engine.metByToken(one, isShown, (record) => isOther.has(record));
    if (met !== undefined) return { rule: met.rule, through: met.record };
  }
  for (const [one, other] of pairsOf(came, others)) {
    const links = engine.relate(one, other, isShown)?.links ?? [];
    const across = links.find(({ records: [from, to] }) => isOf.has(from) && !isOf.has(to));
    if (across !== undefined)
      return { rule: across.rule, through: across.records[1], compared: across.compared };
  }
  return { rule: NOT_SHOWN };
}

/** What a doubt is about, by the records that are shown. Rule and reason are those that the ledger states, or NOT_SHOWN. */
interface ShownDoubt extends ShownGround {
  readonly reason: string;
}

/**
 * What a doubt is about, by the records that are shown: its rule, if two of them have it in common, the best pair if it is about a score, and
 * its reason, if they give it without the others.
 */
export function shownDoubt(
  stated: { readonly rule: string; readonly reason: string; readonly score?: number | undefined },
  subject: RecordId,
  candidates: readonly RecordId[],
  engine: Asked,
  isShown: IsShown,
): ShownDoubt {
  const { rule, reason, score } = stated;
  const relations = pairsOf([subject], candidates).flatMap(
    ([one, other]) => engine.relate(one, other, isShown) ?? [],
  );
  if (relations.length === 0) return doubtOfFact(stated, subject, candidates, engine, isShown);
  const isGiven = relations.some(({ reasons }) => reasons.some((one) => one === reason));
  if (score === undefined) {
    const isShared = relations.some(({ shared }) => shared.some((one) => one.rule === rule));
    return { rule: isShared ? rule : NOT_SHOWN, reason: isGiven ? reason : NOT_SHOWN };
  }
  const [compared] = relations
    .flatMap((relation) => relation.decisive ?? relation.compared ?? [])
    .filter(({ isCandidate }) => isCandidate)
    .sort((one, other) => other.weights.score - one.weights.score);
  const isDoubtful = reason === 'ambiguous' && compared !== undefined && isForPeople(compared);
  return {
    rule: compared === undefined ? NOT_SHOWN : rule,
    reason: isGiven || isDoubtful ? reason : NOT_SHOWN,
    compared,
  };
}

/** Whether the strategy refers a pair by what the two say of themselves. */
const isForPeople = ({ weights, bands, conditions }: ComparedPair): boolean =>
  weights.score >= bands.review && conditions.some(({ outcome }) => outcome === 'failed');

/** The same of a fact: it could belong to either of several, or contradicts one. */
function doubtOfFact(
  { rule, reason }: { readonly rule: string; readonly reason: string },
  subject: RecordId,
  candidates: readonly RecordId[],
  engine: Asked,
  isShown: IsShown,
): ShownDoubt {
  const whose = new Set(candidates.map((candidate) => engine.individualOf(candidate) ?? candidate));
  const met = (engine.consider(subject, isShown)?.rivals ?? []).filter(
    (rival) => rival.rule === rule && whose.has(rival.individual ?? rival.record),
  );
  const giving = met.filter(({ verdict }) => verdict === reason);
  const isGiven = giving.length >= (reason === 'ambiguous' ? 2 : 1);
  return { rule: met.length > 0 ? rule : NOT_SHOWN, reason: isGiven ? reason : NOT_SHOWN };
}

const pairsOf = (some: readonly RecordId[], others: readonly RecordId[]): (readonly [RecordId, RecordId])[] =>
  some
    .slice(0, MAX_PAIRS)
    .flatMap((one) => others.slice(0, MAX_PAIRS).map((other) => [one, other] as const))
    .slice(0, MAX_PAIRS);
