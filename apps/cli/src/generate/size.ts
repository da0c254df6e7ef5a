import { dataProfiles, type DataProfile } from '@kinledger/synthetic';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeNumber } from '../input/whole-number.js';

/** The size and seed of a synthetic programme. */
export interface Size {
  readonly people: number;
  readonly quarters: number;
  readonly seed: string;
  /** Services and datasets to write files for; all if absent. */
  readonly only?: readonly string[] | undefined;
  /** How well providers record people; normal if absent. */
  readonly profile?: DataProfile | undefined;
}

export const defaultSize: Size = { people: 5000, quarters: 8, seed: 'demo' };

/** Adds the options of a size without defaults, so that the demo can tell whether they were given. */
export const addSizeOptions = (command: Command): Command =>
  command
    .option('--people <n>', `people in families, about (default: ${defaultSize.people})`, wholeNumber())
    .option('--quarters <n>', `financial quarters (default: ${defaultSize.quarters})`, wholeNumber())
    .option('--seed <text>', 'which of all synthetic programmes: the same seed gives the same files')
    .addOption(
      new Option('--profile <name>', 'how well providers record people: normal (default), or hard').choices(
        dataProfiles,
      ),
    )
    .option('--only <names>', 'services and datasets, joined by commas (default: all)', namesOf);

function namesOf(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => !/^[a-z][a-z0-9-]*(\.[a-z]+)?$/.test(name)))
    throw new InvalidArgumentError('expected names such as baby-steps,health-visiting.user');
  return names;
}
