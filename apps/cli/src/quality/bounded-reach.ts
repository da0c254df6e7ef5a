import {
  boundCount,
  type CountBounds,
  type CountedCases,
  type Interval,
  type LinkErrors,
  type Measures,
} from '@kinledger/linkage-quality';
import type { ReachedCases } from './reached-cases.js';

export const reachKinds = ['children', 'adults', 'families'] as const;
export type ReachKind = (typeof reachKinds)[number];

/** A figure of reach, between its bounds. */
export interface BoundedFigure extends CountedCases, CountBounds {
  readonly errors: LinkErrors;
}
export type BoundedReach = Readonly<Record<ReachKind, BoundedFigure>>;

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
export const boundReach = (
  cases: ReachedCases,
  errors: Readonly<Record<ReachKind, LinkErrors>>,
): BoundedReach =>
  Object.fromEntries(
    reachKinds.map((kind) => [
      kind,
      { ...cases[kind], ...boundCount(cases[kind], errors[kind]), errors: errors[kind] },
    ]),
  ) as Record<ReachKind, BoundedFigure>;
