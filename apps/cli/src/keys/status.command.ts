import type { Command } from 'commander';
import { linkerApi } from '../api/linker.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { count, print } from '../output/output.js';

interface Options {
  readonly home?: string;
  readonly json?: boolean;
}

export function addStatusCommand(keys: Command): void {
  keys
    .command('status')
    .description('shows the token key in force, how many bodies are under it, and how far a rotation is')
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(status);
}

async function status({ home, json }: Options): Promise<void> {
  const { services, tokens } = requireConnection(homeDirectory(home));
  const { keyVersion, bodies, rekeying } = await linkerApi({
    url: services.linker,
    token: tokens.operator,
  }).status();
  print(json, { keyVersion, bodies, ...(rekeying === undefined ? {} : { rekeying }) }, () =>
    rekeying === undefined
      ? `Token key ${keyVersion} is in force; all ${count(bodies)} bodies are under it.`
      : `A rotation to token key ${rekeying.keyVersion} is under way: ${count(rekeying.bodies)} of ${count(rekeying.total)} bodies are re-keyed, the others are under key ${keyVersion}.`,
  );
}
