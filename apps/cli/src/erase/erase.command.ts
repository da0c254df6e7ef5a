import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import { linkerApi, type LinkerApi } from '../api/linker.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { waitSeconds } from '../output/wait-option.js';
import { unknownRecords } from './known-records.js';
import { erasePerson, liftSuppression } from './erase-person.js';
import { idsIn, inOrders, requireCode } from './record-ids.js';

interface Options {
  readonly record?: readonly string[];
  readonly recordsFile?: string;
  readonly person?: string;
  readonly lift?: string;
  readonly all?: boolean;
  readonly basis: string;
  readonly home?: string;
  readonly wait: number;
  readonly json?: boolean;
}

export function addEraseCommand(program: Command): void {
  program
    .command('erase')
    .description(
      'erases a person or records for ever: bodies, and what is known from them; the ledger keeps ids. A person’s later rows are kept out',
    )
    .option(
      '--person <file>',
      'file that says who, or - for standard input: JSON with nhsNumber, child (carerEmail, birthDate, firstName, gender) or caseNumber (provider, number), and birthDate, email or mobile besides',
    )
    .option('--all', 'with --person: erases all individuals that it names, where it names several')
    .option('--lift <file>', 'lets later rows of a person in again: a file like that of --person, or -')
    .option('--record <id...>', 'ids of records, 32 hex digits each')
    .option('--records-file <file>', 'file with one record id a line')
    .requiredOption('--basis <code>', 'why, as a short code such as data-subject-request: never a name')
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 120)
    .option('--json', 'print one JSON document')
    .action(erase);
}

async function erase(options: Options): Promise<void> {
  const { record = [], recordsFile, person, lift, all = false, basis, home, wait, json } = options;
  const connection = requireConnection(homeDirectory(home));
  const ways = [person, lift, record.length > 0 || recordsFile !== undefined ? 'records' : undefined];
  if (ways.filter((way) => way !== undefined).length > 1)
    throw new Failure('erase a person, lift a suppression, or erase records: one of them at a time');
  if (person !== undefined || lift !== undefined) {
    requireCode(basis);
    const at = linkerApi({ url: connection.services.linker, token: connection.tokens.operator });
    const told = { basis, all, wait, requireAtWork: () => requireAtWork(at) };
    const { request, text } =
      person === undefined
        ? await liftSuppression(connection, lift ?? '-', told)
        : await erasePerson(connection, person, told);
    print(json, request, () => text);
    return;
  }
  const records = [...new Set([...record, ...(recordsFile === undefined ? [] : idsIn(recordsFile))])];
  requireCode(basis);
  const orders = inOrders(records);
  const list = join(connection.home, 'erasures.jsonl');
  const unknown = await unknownRecords(records, connection.evaluation.platformUrl, list);
  if (unknown.length > 0) throw new Failure(refusalOf(unknown));
  const { services, tokens } = connection;
  const commands = commandsApi({ url: services.ingest, token: tokens.operator });
  const linker = linkerApi({ url: services.linker, token: tokens.operator });
  let position = 0;
  for (const some of orders) {
    const asked = await commands.erase({ id: randomUUID(), records: some, reason: basis });
    position = (await awaitReply(commands, asked, wait, () => requireAtWork(linker))).position ?? position;
  }
  print(
    json,
    { listed: records.length, list, position },
    () =>
      `Erased ${count(records.length)} records at ledger position ${count(position)}; ${list} says so, outside the databases: keep a copy with your backups.`,
  );
}

const SHOWN = 5;

function refusalOf(unknown: readonly string[]): string {
  const more = unknown.length > SHOWN ? ` and ${count(unknown.length - SHOWN)} more` : '';
  return `nothing was erased: this installation has no record ${unknown.slice(0, SHOWN).join(', ')}${more}; name records by the ids that golden.record has`;
}

async function requireAtWork(linker: LinkerApi): Promise<void> {
  const { halt } = await linker.status();
  if (halt !== undefined)
    throw new Failure(`asked for, but not erased yet: the linker has halted: ${halt.message}`);
}
