import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import { linkerApi } from '../api/linker.js';
import { reportingApi } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { waitSeconds } from '../output/wait-option.js';
import { requireAtWork } from './linker-at-work.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';
import { auditText, editionName } from './release-texts.js';
import { releasesOf, untilRead } from './releases.js';

interface Options extends Where {
  readonly edition?: number;
  readonly digest?: string;
  readonly reason: string;
  readonly wait: number;
  readonly json?: boolean;
}

export function addPublishCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('publish')
      .description('lets the figures of a closed quarter leave: from then on readers see them')
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2'),
  )
    .option('--edition <number>', 'which closing of the quarter (default: the latest)', editionAsked)
    .option(
      '--digest <sha256>',
      'publish only the form with this digest, which "quarter show" prints (default: the form as it is)',
      digestAsked,
    )
    .option('--reason <code>', 'why, as a short code: never a name', 'quarter-end')
    .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 120)
    .option('--json', 'print one JSON document')
    .action(publish);
}

async function publish(period: string, options: Options): Promise<void> {
  const { edition: asked, digest: looked, reason, wait, json, ...where } = options;
  const endpoints = quarterEndpoints(where);
  const commands = commandsApi(endpoints.ingest);
  const reporting = reportingApi(endpoints.reporting);
  const linker = linkerApi(endpoints.linker);
  const editions = await releasesOf(reporting, period);
  const closed = asked === undefined ? editions[0] : editions.find(({ edition }) => edition === asked);
  if (closed === undefined)
    throw new Failure(
      'this quarter is not closed, or not in this edition: "kinledger quarter list" shows those that are',
    );
  const { edition } = closed;
  const digest = looked ?? closed.digest;
  if (digest === null)
    throw new Failure(
      'the figures of this edition are not computed yet: "kinledger quarter list" says when they are',
    );
  const order = { id: `publish-${randomUUID()}`, period: closed.period, edition, digest, reason };
  const { position } = await awaitReply(commands, await commands.publishRelease(order), wait, () =>
    requireAtWork(linker),
  );
  const published = await untilRead(reporting, { ...closed, standing: 'published' }, wait);
  print(json, published, () =>
    [
      `${published.period}${editionName(published)} is published at ledger position ${count(position ?? 0)} by ${published.release?.by ?? ''}: readers see its figures.`,
      `Counts of ledger position ${count(published.closing)}; disclosure control ${published.versions.disclosure}; SHA-256 ${published.digest ?? ''}`,
      auditText(published),
    ].join('\n'),
  );
}

function digestAsked(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('expected a SHA-256 digest, 64 hexadecimal digits');
  return text;
}
