import { InvalidArgumentError, type Command } from 'commander';

/** The size and seed of a synthetic programme. */
export interface Size {
  readonly people: number;
  readonly quarters: number;
  readonly seed: string;
}

export const defaultSize: Size = { people: 2000, quarters: 4, seed: 'demo' };

/** Adds `--people`, `--quarters` and `--seed` without defaults, so that the demo can tell whether they were given. */
export const addSizeOptions = (command: Command): Command =>
  command
    .option('--people <n>', `people in families, about (default: ${defaultSize.people})`, wholeNumber)
    .option('--quarters <n>', `financial quarters (default: ${defaultSize.quarters})`, wholeNumber)
    .option('--seed <text>', 'which of all synthetic programmes: the same seed gives the same files');

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}
