import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import { linkerApi } from '../api/linker.js';
import { reportingApi, type ClosedQuarter } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { waitSeconds } from '../output/wait-option.js';
import { requireAtWork } from './linker-at-work.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';
import { auditText, editionName } from './release-texts.js';
import { releasesOf, untilRead } from './releases.js';

interface Options extends Where {
  readonly edition?: number;
  readonly digest: string;
  readonly reason: string;
  readonly wait: number;
  readonly json?: boolean;
}

export function addPublishCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('publish')
      .description('lets the figures of a closed quarter leave: from then on readers see them')
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2')
      .requiredOption(
        '--digest <sha256>',
        'the digest of what you looked at, which "quarter show" prints: whole, or its first 12 digits or more',
        digestAsked,
      ),
  )
    .option('--edition <number>', 'which closing of the quarter (default: the latest)', editionAsked)
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
  const digest = wholeDigest(looked, closed);
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

/**
 * The digest whose first digits somebody states who looked at an edition. A whole one is the linker’s to judge.
 * @throws Failure where the edition has no digest that begins so.
 */
export function wholeDigest(
  looked: string,
  { period, edition, digest }: Pick<ClosedQuarter, 'period' | 'edition' | 'digest'>,
): string {
  if (digest === null)
    throw new Failure(
      'the figures of this edition are not computed yet: "kinledger quarter list" says when they are',
    );
  if (looked.length === 64) return looked;
  if (!digest.startsWith(looked))
    throw new Failure(
      `the figures of edition ${edition} do not have a digest that begins so: look at "kinledger quarter show ${period} --edition ${edition}", which prints it`,
    );
  return digest;
}

export function digestAsked(text: string): string {
  if (!/^[0-9a-f]{12,64}$/.test(text))
    throw new InvalidArgumentError(
      'expected a SHA-256 digest as "quarter show" prints it: its 64 hexadecimal digits, or the first 12 or more',
    );
  return text;
}
