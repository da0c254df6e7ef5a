import type { Command } from 'commander';
import { projectorApi } from '../api/projector.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress, tellBeside } from '../output/progress.js';
import { LedgerWait } from '../ledger/ledger-wait.js';

interface Options {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export function addRebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .description(
      'rebuilds the read models from the ledger and swaps them in; fails if they differ from the live ones',
    )
    .option('--url <url>', 'projector service (default: the one started here)')
    .option(
      '--token <token>',
      'bearer token (default: KINLEDGER_TOKEN, or the operator’s account of this machine)',
    )
    .option('--json', 'print one JSON document')
    .action(rebuild);
}

async function rebuild({ url, token, json }: Options): Promise<void> {
  const given = token ?? process.env['KINLEDGER_TOKEN'];
  const connection = url === undefined ? requireConnection(homeDirectory()) : undefined;
  const projector = projectorApi({
    url: url ?? connection?.services.projector ?? '',
    token: given ?? connection?.tokens.operator,
  });
  const progress = createProgress(json !== true);
  const bar = progress.bar('events', 1);
  const began = performance.now();
  const done = await projector
    .rebuild(
      undefined,
      ({ position, head }) => bar.update(position + 1, head + 1),
      new LedgerWait(tellBeside(progress, json)),
    )
    .finally(() => progress.stop());
  const seconds = (performance.now() - began) / 1000;
  const equal = done.before === done.after;
  print(json, { ...done, equal, seconds }, () =>
    [
      `Rebuilt ${count(done.records)} records up to ledger position ${count(done.position)} in ${seconds.toFixed(1)} s.`,
      `  before  ${done.before ?? '(there were none)'}`,
      `  after   ${done.after ?? ''}`,
      ...(equal ? ['The read models are equal to the live ones that they replace.'] : []),
    ].join('\n'),
  );
  if (!equal && done.before !== null) {
    throw new Failure('the rebuilt read models differ from the live ones: what was projected live was wrong');
  }
}
