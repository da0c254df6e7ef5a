import type { RecordId } from '@kinledger/contracts';
import type { ComparedPair, LinkageDecider } from '@kinledger/domain';

/** The rule of a link that no record which is shown explains. */
export const NOT_SHOWN = 'not-shown';

/** A ground between records that are shown. */
export interface ShownGround {
  readonly rule: string;
  readonly through?: RecordId | undefined;
  /** Where a score links the two, or the doubt is about one. */
  readonly compared?: ComparedPair | undefined;
}

type IsShown = (dataset: string) => boolean;
type Asked = Pick<LinkageDecider, 'metByToken' | 'relate'>;

/** Each pair is worked out with its whole component, so that only so many are. */
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
  for (const [one, other] of pairsOf(came, others)) {
    const links = engine.relate(one, other, isShown)?.links ?? [];
    const across = links.find(({ records: [from, to] }) => isOf.has(from) && !isOf.has(to));
    if (across !== undefined)
      return { rule: across.rule, through: across.records[1], compared: across.compared };
  }
  return { rule: NOT_SHOWN };
}

/**
 * What a doubt is about, by the records that are shown: the rule, if two of them have it in common, and the best pair if it is about a score.
 */
export function shownDoubt(
  { rule, score }: { readonly rule: string; readonly score?: number },
  subject: RecordId,
  candidates: readonly RecordId[],
  engine: Asked,
  isShown: IsShown,
): ShownGround {
  const relations = pairsOf([subject], candidates).flatMap(
    ([one, other]) => engine.relate(one, other, isShown) ?? [],
  );
  if (score === undefined)
    return {
      rule: relations.some(({ shared }) => shared.some((one) => one.rule === rule)) ? rule : NOT_SHOWN,
    };
  const [compared] = relations
    .flatMap((relation) => relation.decisive ?? relation.compared ?? [])
    .sort((one, other) => other.weights.score - one.weights.score);
  return { rule, compared };
}

const pairsOf = (some: readonly RecordId[], others: readonly RecordId[]): (readonly [RecordId, RecordId])[] =>
  some
    .slice(0, MAX_PAIRS)
    .flatMap((one) => others.slice(0, MAX_PAIRS).map((other) => [one, other] as const))
    .slice(0, MAX_PAIRS);
