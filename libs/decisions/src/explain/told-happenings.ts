import type { Considered } from '@kinledger/domain';
import type { Happening, Step } from './explain-individual.js';

/** What happened, with what the strategy had before it; or several records of one file that came in the same way. */
export type ToldHappening =
  | { readonly kind: 'one'; readonly happening: Happening; readonly considered: Considered | undefined }
  | { readonly kind: 'several'; readonly records: readonly [PlacedRecord, ...PlacedRecord[]] };

/** A record that a file brought to the individual. */
export interface PlacedRecord {
  readonly happening: Joined;
  readonly considered: Considered | undefined;
}
type Joined = Extract<Happening, { readonly what: 'registered' | 'joined' }>;

/**
 * What a step tells, in the order in which a reader follows it: records before the relationships and families that
 * follow from them. Neighbouring records of one file that joined by one rule, and for which nothing else was considered,
 * are told together: a person may have hundreds of sessions.
 */
export function toldOf({ happened, considered }: Step): readonly ToldHappening[] {
  const of = new Map<string, Considered>(considered.map((one) => [one.record, one]));
  const told: (Happening | [PlacedRecord, ...PlacedRecord[]])[] = [];
  for (const happening of [...happened.filter(isNotKin), ...happened.filter((one) => !isNotKin(one))]) {
    const last = told.at(-1);
    if (happening.what !== 'joined' || (of.get(happening.record)?.rivals.length ?? 0) > 0) {
      told.push(happening);
      continue;
    }
    const placed = { happening, considered: of.get(happening.record) };
    if (Array.isArray(last) && isLike(last[0].happening, happening)) last.push(placed);
    else told.push([placed]);
  }
  return told.map((one): ToldHappening => {
    if (Array.isArray(one) && one.length > 1) return { kind: 'several', records: one };
    const happening = Array.isArray(one) ? one[0].happening : one;
    return {
      ...{ kind: 'one', happening },
      considered: 'record' in happening ? of.get(happening.record) : undefined,
    };
  });
}

const isNotKin = ({ what }: Happening): boolean => what !== 'relationship' && what !== 'family';

/** Whether two records of one file came to one individual in the same way. */
const isLike = (one: Joined, other: Joined): boolean =>
  one.submission === other.submission &&
  one.individual === other.individual &&
  one.rule === other.rule &&
  one.strategy === other.strategy &&
  one.score === undefined &&
  other.score === undefined;
