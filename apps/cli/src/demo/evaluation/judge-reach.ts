import type { Figure, ReachAnswer } from '../../api/reporting.js';
import type { TrueCounts, TrueReach } from './truth.js';

/** A figure with the truth. */
export interface Judged {
  readonly figure: number;
  readonly truth: number;
  /** figure ÷ truth − 1; null if the truth is 0. */
  readonly error: number | null;
}

interface JudgedScope {
  readonly level: 'programme' | 'strand' | 'service';
  readonly id: string;
  readonly name: string;
  readonly children: Judged;
  readonly adults: Judged;
  readonly families: Judged;
  readonly unlinkable: number;
}

export interface JudgedReach {
  readonly period: string;
  readonly label: string;
  readonly position: number;
  readonly scopes: readonly JudgedScope[];
  readonly doubleCountingRemoved: TrueCounts;
  /** The same figure computed from the truth. */
  readonly trueDoubleCounting: TrueCounts;
}

const nobody: TrueCounts = { children: 0, adults: 0, families: 0 };

/** Adds the truth to every figure of a reach answer. */
export function judgeReach(answer: ReachAnswer, truth: TrueReach): JudgedReach {
  const services = answer.strands.flatMap((strand) => strand.services);
  const scope = (
    level: JudgedScope['level'],
    id: string,
    name: string,
    figure: Figure,
    truly: TrueCounts | undefined,
  ): JudgedScope => ({
    level,
    id,
    name,
    ...judgeCounts(countsOf(figure), truly ?? nobody),
    unlinkable: figure.unlinkable ?? 0,
  });
  return {
    period: answer.period,
    label: answer.label,
    position: answer.position,
    scopes: [
      scope('programme', 'programme', answer.programme, answer.reach, truth.programme),
      ...answer.strands.flatMap((strand) => [
        scope('strand', strand.strand, strand.name, strand, truth.strands[strand.strand]),
        ...strand.services.map((service) =>
          scope('service', service.service, service.name, service, truth.services[service.service]),
        ),
      ]),
    ],
    doubleCountingRemoved: countsOf(answer.doubleCountingRemoved),
    trueDoubleCounting: excess(
      services.map((service) => truth.services[service.service] ?? nobody),
      truth.programme,
    ),
  };
}

/** Counts unknown figures as 0, so that their error shows who was missed. */
const countsOf = ({
  children,
  adults,
  families,
}: Pick<Figure, 'children' | 'adults' | 'families'>): TrueCounts => ({
  children: children ?? 0,
  adults: adults ?? 0,
  families: families ?? 0,
});

const judgeCounts = (figure: TrueCounts, truth: TrueCounts) => ({
  children: judge(figure.children, truth.children),
  adults: judge(figure.adults, truth.adults),
  families: judge(figure.families, truth.families),
});

export const judge = (figure: number, truth: number): Judged => ({
  figure,
  truth,
  error: truth === 0 ? null : figure / truth - 1,
});

function excess(parts: readonly TrueCounts[], whole: TrueCounts): TrueCounts {
  const of = (kind: keyof TrueCounts) => parts.reduce((sum, part) => sum + part[kind], 0) - whole[kind];
  return { children: of('children'), adults: of('adults'), families: of('families') };
}
