import {
  boundCount,
  type CountBounds,
  type CountedCases,
  type Interval,
  type LinkErrors,
  type Measures,
} from '@kinledger/linkage-quality';
import type { CasesOfFamilies, ReachedCases } from './reached-cases.js';

export const reachKinds = ['children', 'adults', 'families'] as const;
export type ReachKind = (typeof reachKinds)[number];

/** A figure of reach, between its bounds. */
export interface BoundedFigure extends CountedCases, CountBounds {
  readonly errors: LinkErrors;
}
/** By kind. */
export type BoundedReach<Kind extends ReachKind = ReachKind> = Readonly<Record<Kind, BoundedFigure>>;

/** Reach between its bounds where no truth is known. */
export interface EstimatedReach extends BoundedReach<'children' | 'adults'> {
  readonly families: CasesOfFamilies & CountBounds;
}

/** What is not known may be anything. */
const anything: Interval = { low: 0, high: 1 };

export const errorsOf = ({
  falseLinks,
  missedLinks,
}: Pick<Measures, 'falseLinks' | 'missedLinks'>): LinkErrors => ({
  falseLinks: falseLinks.interval ?? anything,
  missedLinks: missedLinks.interval ?? anything,
});

/** Bounds each figure by the rates of wrong and of missing links of its kind. */
export const boundReach = <Kind extends ReachKind>(
  cases: ReachedCases,
  errors: Readonly<Record<Kind, LinkErrors>>,
): BoundedReach<Kind> =>
  Object.fromEntries(
    reachKinds
      .filter((kind): kind is Kind => kind in errors)
      .map((kind) => [
        kind,
        { ...cases[kind], ...boundCount(cases[kind], errors[kind]), errors: errors[kind] },
      ]),
  ) as unknown as Record<Kind, BoundedFigure>; // one for each kind

/**
 * Bounds children and adults by their rates. No rate says how many relationships are missing. Families are at most those counted, and one
 * for each person without an identifier, and for whoever is hidden by a wrong link or has no individual. Assumed: the relationships that
 * rows state are right. They are at least those of two people or more, since people alone may be of these. Assumed: the parts of two people or more that
 * rows show of one family, beyond one for each family, are no more than the people alone who are families.
 */
export function estimateReach(
  cases: ReachedCases,
  errors: Readonly<Record<'children' | 'adults', LinkErrors>>,
): EstimatedReach {
  const people = boundReach(cases, errors);
  const further = [people.children, people.adults].reduce(
    (sum, { high, counted }) => sum + high - counted,
    0,
  );
  const { counted, unknown, related } = cases.families;
  return {
    ...people,
    families: { ...cases.families, low: related, high: counted + unknown + further },
  };
}
