import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import { linkerApi } from '../api/linker.js';
import { reportingApi, type ClosedQuarter } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { waitSeconds } from '../output/wait-option.js';
import { requireAtWork } from './linker-at-work.js';
import { addWhere, quarterEndpoints, type Where } from './quarter-endpoints.js';
import { editionName } from './release-texts.js';
import { releasesOf, untilRead } from './releases.js';

interface Options extends Where {
  readonly reason: string;
  readonly wait: number;
  readonly json?: boolean;
}

export function addWithdrawCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('withdraw')
      .description(
        'withdraws the published figures of a quarter: readers see none until another edition is published',
      )
      .argument('<period>', 'a quarter that is published, e.g. 2023-24-Q2')
      .requiredOption('--reason <code>', 'why, as a short code such as wrong-file: never a name'),
  )
    .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 120)
    .option('--json', 'print one JSON document')
    .action(withdraw);
}

async function withdraw(period: string, { reason, wait, json, ...where }: Options): Promise<void> {
  const endpoints = quarterEndpoints(where);
  const commands = commandsApi(endpoints.ingest);
  const reporting = reportingApi(endpoints.reporting);
  const linker = linkerApi(endpoints.linker);
  const editions = await releasesOf(reporting, period);
  const standing = editions.find((each) => each.standing === 'published');
  if (standing === undefined)
    throw new Failure(
      'no figures of this quarter are published: "kinledger quarter list" shows those that are',
    );
  const { edition } = standing;
  const order = { id: `withdraw-${randomUUID()}`, period: standing.period, edition, reason };
  const { position } = await awaitReply(commands, await commands.withdrawRelease(order), wait, () =>
    requireAtWork(linker),
  );
  const withdrawn = await untilRead(reporting, { ...standing, standing: 'withdrawn' }, wait);
  const last = Math.max(...editions.map((each) => each.edition));
  print(json, withdrawn, () => withdrawnText(withdrawn, position ?? 0, last));
}

/** What a withdrawal did, and what counts the quarter again: an edition behind the last one, published or not. */
export const withdrawnText = (
  withdrawn: Pick<ClosedQuarter, 'period' | 'edition'>,
  position: number,
  last: number,
): string =>
  [
    `${withdrawn.period}${editionName(withdrawn)} is withdrawn at ledger position ${count(position)}: readers see none of its figures.`,
    `"kinledger quarter close ${withdrawn.period} --edition ${last + 1}" counts it again; what left before stays known.`,
  ].join('\n');
