import type { QuartersAnswer } from '../figures/reach-answer.js';

type Quarter = Pick<QuartersAnswer['quarters'][number], 'label' | 'individuals' | 'suppressed'>;

/**
 * What the series says of its latest quarter with known counts, beside the known quarter before it: people, each counted
 * once in a quarter. Undefined if no quarter is known.
 */
export function quartersFinding(quarters: readonly Quarter[], scopeName: string): string | undefined {
  const known = quarters.flatMap(({ label, individuals }) =>
    individuals === null ? [] : [{ label, individuals }],
  );
  const latest = known.at(-1);
  if (latest === undefined) return undefined;
  const before = known.at(-2);
  const reached = `${scopeName}: ${people(latest.individuals)} reached in ${latest.label}`;
  const suppressed = quarters.filter((quarter) => quarter.suppressed.includes('individuals')).length;
  const gaps =
    left(quarters.length - known.length - suppressed, 'not known') + left(suppressed, 'suppressed');
  if (before === undefined) return `${reached}.${gaps}`;
  return `${reached}, ${against(latest.individuals - before.individuals)} ${before.label}.${gaps}`;
}

const number = (value: number): string => value.toLocaleString('en-GB');
const people = (count: number): string =>
  count === 1 ? 'one child or adult was' : `${number(count)} children and adults were`;
const left = (count: number, why: string): string =>
  count === 0
    ? ''
    : count === 1
      ? ` One quarter shown is ${why}.`
      : ` ${number(count)} quarters shown are ${why}.`;

function against(difference: number): string {
  if (difference === 0) return 'as many as in';
  return `${number(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'} than in`;
}
