import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { linkerApi, type LinkerApi } from '../api/linker.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { appendLines, erasureLines } from './erasure-list.js';
import { unknownRecords } from './known-records.js';

interface Options {
  readonly record?: readonly string[];
  readonly recordsFile?: string;
  readonly basis: string;
  readonly home?: string;
  readonly json?: boolean;
}

const BETWEEN_LOOKS_MS = 100;

export function addEraseCommand(program: Command): void {
  program
    .command('erase')
    .description('erases records for ever: their bodies, and what is known from them; the ledger keeps ids')
    .option('--record <id...>', 'ids of records, 32 hex digits each')
    .option('--records-file <file>', 'file with one record id a line')
    .requiredOption('--basis <code>', 'why, as a short code such as data-subject-request: never a name')
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(erase);
}

async function erase({ record = [], recordsFile, basis, home, json }: Options): Promise<void> {
  const connection = requireConnection(homeDirectory(home));
  const records = [...record, ...(recordsFile === undefined ? [] : idsIn(recordsFile))];
  const lines = erasureLines({
    stream: `programme-${connection.programme}`,
    basis,
    records,
    erasedAt: new Date().toISOString(),
  });
  const list = join(connection.home, 'erasures.jsonl');
  const unknown = await unknownRecords([...new Set(records)], connection.evaluation.platformUrl, list);
  if (unknown.length > 0) throw new Failure(refusalOf(unknown));
  const length = appendLines(list, lines);
  const linker = linkerApi({ url: connection.services.linker, token: connection.tokens.operator });
  await untilCarriedOut(linker, length);
  const listed = new Set(records).size;
  print(
    json,
    { listed, list },
    () =>
      `Erased ${count(listed)} records; ${list} says so, outside the databases: keep a copy with your backups.`,
  );
}

const SHOWN = 5;

function refusalOf(unknown: readonly string[]): string {
  const more = unknown.length > SHOWN ? ` and ${count(unknown.length - SHOWN)} more` : '';
  return `nothing was erased: this installation has no record ${unknown.slice(0, SHOWN).join(', ')}${more}; name records by the ids that golden.record has`;
}

function idsIn(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Failure(`${file} cannot be read`);
  }
  return text.split(/\r?\n/).filter((line) => line !== '');
}

async function untilCarriedOut(linker: LinkerApi, lines: number): Promise<void> {
  for (;;) {
    const { erasures, halt } = await linker.status();
    if (halt !== undefined)
      throw new Failure(`listed, but not erased yet: the linker has halted: ${halt.message}`);
    if (erasures !== undefined && erasures.lines >= lines) return;
    await pause(BETWEEN_LOOKS_MS);
  }
}
