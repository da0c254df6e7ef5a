import { Option } from 'commander';

/** The option `--strategy` of the launcher. */
export const strategyOption = (): Option =>
  new Option(
    '--strategy <name>',
    'how rows are linked: gives the home a definition of its own that says so (default: what the definition says)',
  ).choices(['leap-1', 'kin-1']);
