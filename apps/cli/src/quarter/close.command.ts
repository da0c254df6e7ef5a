import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import { linkerApi } from '../api/linker.js';
import { reportingApi, type ClosedQuarter, type ReportingApi } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { say } from '../output/progress.js';
import { waitSeconds } from '../output/wait-option.js';
import { requireAtWork } from './linker-at-work.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';
import { auditText, editionName } from './release-texts.js';

interface Options extends Where {
  readonly edition: number;
  readonly reason: string;
  readonly wait: number;
  readonly json?: boolean;
}

const LOOK_MS = 300;

export function addCloseCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('close')
      .description('fixes the figures of a financial quarter, and waits until they are computed')
      .argument('<period>', 'a financial quarter that is over, e.g. 2023-24-Q2'),
  )
    .option(
      '--edition <number>',
      'which closing of the quarter: 1, or one more than the last to restate it',
      editionAsked,
      1,
    )
    .option('--reason <code>', 'why, as a short code: never a name', 'quarter-end')
    .option('--wait <seconds>', 'how long to wait for the linker’s answer and the figures', waitSeconds, 120)
    .option('--json', 'print one JSON document')
    .action(close);
}

async function close(period: string, { edition, reason, wait, json, ...where }: Options): Promise<void> {
  const endpoints = quarterEndpoints(where);
  const commands = commandsApi(endpoints.ingest);
  const reporting = reportingApi(endpoints.reporting);
  const linker = linkerApi(endpoints.linker);
  const note = await filesOnTheirWay(reporting);
  if (note !== undefined) say(json, note);
  const until = performance.now() + wait * 1000;
  const asked = await commands.closeQuarter({ id: `close-${randomUUID()}`, period, edition, reason });
  const { position } = await awaitReply(commands, asked, wait, () => requireAtWork(linker));
  const closed = await untilComputed(reporting, { period, edition }, until);
  print(json, closed, () =>
    [
      `${closed.period}${editionName(closed)} is closed at ledger position ${count(position ?? closed.closing)}.`,
      `Its figures are computed at position ${count(closed.publishedAt ?? 0)}; SHA-256 of the published form: ${closed.digest ?? ''}`,
      auditText(closed),
      `"kinledger quarter show ${closed.period}${edition > 1 ? ` --edition ${edition}` : ''}" shows them; "kinledger quarter publish ${closed.period}" lets them leave.`,
    ].join('\n'),
  );
}

/** One sentence about files that are accepted and not decided, or checked and not submitted. */
async function filesOnTheirWay(reporting: ReportingApi): Promise<string | undefined> {
  const files = await reporting.submissions();
  const inState = (...states: string[]) => files.filter(({ state }) => states.includes(state)).length;
  const onTheirWay = inState('accepted', 'pseudonymised', 'received');
  const notSubmitted = inState('validated');
  const told = [
    ...(onTheirWay === 0
      ? []
      : [`Files on their way: ${count(onTheirWay)}. The quarter closes after them, and counts them.`]),
    ...(notSubmitted === 0
      ? []
      : [`Files checked and not submitted: ${count(notSubmitted)}. The quarter does not count them.`]),
  ];
  return told.length === 0 ? undefined : told.join('\n');
}

async function untilComputed(
  reporting: ReportingApi,
  { period, edition }: Pick<ClosedQuarter, 'period' | 'edition'>,
  until: number,
): Promise<ClosedQuarter> {
  for (;;) {
    const closed = await reporting.quarter(period, edition);
    if (closed?.publishedAt != null) return closed;
    if (performance.now() >= until) {
      throw new Failure(
        'the quarter is closed; its figures are not computed yet: "kinledger quarter list" says when they are',
      );
    }
    await pause(LOOK_MS);
  }
}
