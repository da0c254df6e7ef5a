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

interface JudgedDecile {
  /** 1 is the most deprived tenth. */
  readonly decile: number;
  readonly children: Judged;
  readonly adults: Judged;
  readonly families: Judged;
}

export interface JudgedReach {
  readonly period: string;
  readonly label: string;
  readonly position: number;
  readonly scopes: readonly JudgedScope[];
  readonly byDeprivation: readonly JudgedDecile[];
  /** People reached whose area is unknown, so that they are in no tenth. */
  readonly withoutArea: TrueCounts;
  readonly doubleCountingRemoved: TrueCounts;
  /** The same figure computed from the truth. */
  readonly trueDoubleCounting: TrueCounts;
}

const nobody: TrueCounts = { children: 0, adults: 0, families: 0 };
const kinds = ['children', 'adults', 'families'] as const;

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
    byDeprivation: Object.entries(truth.programme.byDecile)
      .map(([decile, truly]) => ({
        decile: Number(decile),
        ...judgeCounts(
          answer.byDeprivation.find((entry) => entry.decile === Number(decile)) ?? nobody,
          truly,
        ),
      }))
      .filter((entry) => kinds.some((kind) => entry[kind].figure + entry[kind].truth > 0))
      .sort((left, right) => left.decile - right.decile),
    withoutArea: answer.byDeprivation.find(({ decile }) => decile === null) ?? nobody,
    doubleCountingRemoved: answer.doubleCountingRemoved,
    trueDoubleCounting: excess(
      services.map((service) => truth.services[service.service] ?? nobody),
      truth.programme,
    ),
  };
}

/** Counts unknown figures as 0, so that their error shows who was missed. */
const countsOf = ({ children, adults, families }: Figure): TrueCounts => ({
  children: children ?? 0,
  adults: adults ?? 0,
  families: families ?? 0,
});

const judgeCounts = (figure: TrueCounts, truth: TrueCounts) => ({
  children: judge(figure.children, truth.children),
  adults: judge(figure.adults, truth.adults),
  families: judge(figure.families, truth.families),
});

const judge = (figure: number, truth: number): Judged => ({
  figure,
  truth,
  error: truth === 0 ? null : figure / truth - 1,
});

function excess(parts: readonly TrueCounts[], whole: TrueCounts): TrueCounts {
  const of = (kind: (typeof kinds)[number]) => parts.reduce((sum, part) => sum + part[kind], 0) - whole[kind];
  return { children: of('children'), adults: of('adults'), families: of('families') };
}
