import { InvalidArgumentError, type Command } from 'commander';

/** How large a synthetic programme is, and which one it is. */
export interface Size {
  readonly people: number;
  readonly quarters: number;
  readonly seed: string;
}

export const defaultSize: Size = { people: 2000, quarters: 4, seed: 'demo' };

/** `--people`, `--quarters`, `--seed`, without defaults: whether they were given matters to the demo. */
export const addSizeOptions = (command: Command): Command =>
  command
    .option('--people <n>', `people in families, about (default: ${defaultSize.people})`, wholeNumber)
    .option('--quarters <n>', `financial quarters (default: ${defaultSize.quarters})`, wholeNumber)
    .option('--seed <text>', 'which of all synthetic programmes: the same seed gives the same files');

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1');
  return Number(text);
}
