import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import { linkerApi } from '../api/linker.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { requireCode } from '../erase/record-ids.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress } from '../output/progress.js';
import { waitSeconds } from '../output/wait-option.js';
import { keyVersion } from './key-version.js';

interface Options {
  readonly to?: number;
  readonly reason: string;
  readonly home?: string;
  readonly wait: number;
  readonly json?: boolean;
}

export function addRotateCommand(keys: Command): void {
  keys
    .command('rotate')
    .description(
      'wraps every token under the next token key, and waits until all bodies are re-keyed. Create the key and back it up first',
    )
    .option('--to <version>', 'version of the key (default: the one after the version in force)', keyVersion)
    .requiredOption(
      '--reason <code>',
      'why, as a short code such as yearly-rotation or suspected-leak: never a name',
    )
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--wait <seconds>', 'how long to wait for the end of the rotation', waitSeconds, 3600)
    .option('--json', 'print one JSON document')
    .action(rotate);
}

async function rotate({ to, reason, home, wait, json }: Options): Promise<void> {
  requireCode(reason);
  const { services, tokens } = requireConnection(homeDirectory(home));
  const commands = commandsApi({ url: services.ingest, token: tokens.operator });
  const linker = linkerApi({ url: services.linker, token: tokens.operator });
  const version = to ?? (await linker.status()).keyVersion + 1;
  const asked = await commands.rotateKeys({ id: `rotate-${randomUUID()}`, keyVersion: version, reason });
  const progress = createProgress(json !== true);
  let bar: ReturnType<typeof progress.bar> | undefined;
  try {
    const { position = 0 } = await awaitReply(commands, asked, wait, async () => {
      const { halt, rekeying } = await linker.status();
      if (halt !== undefined)
        throw new Failure(`asked for, but not rotated yet: the linker has halted: ${halt.message}`);
      if (rekeying === undefined) return;
      bar ??= progress.bar('bodies', rekeying.total);
      bar.update(rekeying.bodies, rekeying.total);
    });
    progress.stop();
    print(
      json,
      { keyVersion: version, position },
      () =>
        `Token key ${version} is in force from ledger position ${count(position)} on. All bodies are re-keyed; keep the older keys: new tokens pass through each.`,
    );
  } finally {
    progress.stop();
  }
}
