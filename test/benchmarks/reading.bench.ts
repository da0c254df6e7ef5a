/**
 * Measures how fast files of fourteen columns are read, mapped and validated, in one thread and without I/O: a CSV file
 * with the ratio to csv-parse alone in the same run, and a workbook of the same rows. Given a file instead, measures how
 * long reading it takes, how long it holds the event loop, and how much memory the process needs.
 * After `npm run build`: npx node test/benchmarks/reading.bench.ts [rows | file]
 */
import { existsSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { deflateRawSync } from 'node:zlib';
import { quarter, sha256Hex } from '@kinledger/domain';
import {
  columnReadings,
  knownTitles,
  mapHeader,
  openFile,
  RowValidator,
  sampled,
} from '@kinledger/intake-files';
import { xlsxCell, xlsxOfParts } from '@kinledger/intake-files/testing';
import { datasetSchema, plausibility } from '@kinledger/programme';
import { Parser } from 'csv-parse';

const [given = '200000'] = process.argv.slice(2);
const path = existsSync(given) ? given : undefined;
const ROWS = Number(given);
const ROUNDS = 3;

const field = (name: string, title: string, rest: object, extension: object = {}) => ({
  ...{ name, title, type: 'string' },
  ...rest,
  'x-kinledger': { invalid: 'warning', ...extension },
});
const codes = (...values: readonly string[]) => ({ constraints: { enum: values } });
const schema = datasetSchema.parse({
  fields: [
    field('case_number', 'Case number', {}, { format: 'case-number', missing: 'error' }),
    field('kind', 'Participant type', codes('child', 'adult')),
    field('first_name', 'First name', {}, { format: 'first-name' }),
    field('nhs_number', 'NHS number', {}, { format: 'nhs-number' }),
    field('email', 'Email address', { format: 'email' }),
    field('mobile', 'Mobile', {}, { format: 'mobile' }),
    field('born', 'Date of birth', { type: 'date' }, { target: { to: 'birth-month' } }),
    field('gender', 'Gender', codes('F', 'M', 'X')),
    field('postcode', 'Postcode', {}, { format: 'postcode' }),
    field(
      'registered',
      'Date registered',
      { type: 'date' },
      { target: { to: 'fact', name: 'registeredOn' } },
    ),
    field('ethnicity', 'Ethnic group', codes('White British', 'Black African', 'Other')),
    field('minutes', 'Minutes', { type: 'integer' }),
    field('attended', 'Attended', { type: 'boolean' }),
    field('consent', 'Consent', { type: 'boolean' }, { consent: true }),
  ],
  primaryKey: ['case_number'],
  'x-kinledger': { role: 'child' },
});

/** Every fiftieth row has something to report. */
function row(number: number): readonly string[] {
  const day = String(1 + (number % 28)).padStart(2, '0');
  const month = String(1 + (number % 12)).padStart(2, '0');
  const bad = number % 50 === 0;
  return [
    ...[`PT-${number}`, 'child', `Zoë${number}`, '', `amara.okafor${number}@mail.example`],
    ...[bad ? '77009' : `077${String(10_000_000 + (number % 90_000_000))}0`, `${day}/${month}/2020`, 'F'],
    ...[`SW${1 + (number % 9)} ${number % 10}AA`, `${day}/07/2023`, bad ? 'Martian' : 'White British'],
    ...['45', 'Yes', 'Yes'],
  ];
}

const titles = schema.fields.map(({ title }) => title);

/** The same rows as CSV and as a workbook. */
function filesOf(rows: number) {
  const lines = [titles.join(',')];
  const sheetRows = [`<row>${titles.map(xlsxCell).join('')}</row>`];
  for (let number = 0; number < rows; number++) {
    const cells = row(number);
    lines.push(cells.join(','));
    sheetRows.push(`<row>${cells.map(xlsxCell).join('')}</row>`);
  }
  const workbook = xlsxOfParts({
    sheets: [`<worksheet><sheetData>${sheetRows.join('')}</sheetData></worksheet>`],
    pack: (part) => deflateRawSync(part),
  });
  return { csv: Buffer.from(`${lines.join('\n')}\n`), workbook };
}

async function* pieces(file: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < file.length; at += 65_536) yield file.subarray(at, at + 65_536);
  return undefined;
}

async function parseAlone(csv: Uint8Array): Promise<void> {
  const parser = new Parser({ delimiter: ',' });
  let read = 0;
  parser.on('readable', () => {
    while (parser.read() !== null) read += 1;
  });
  const ended = new Promise((resolve) => parser.on('end', resolve));
  for await (const piece of pieces(csv)) if (!parser.write(piece)) await new Promise((resolve) => parser.once('drain', resolve)); // prettier-ignore
  parser.end();
  await ended;
  if (read !== ROWS + 1) throw new Error(`csv-parse read ${read} rows`);
}

async function validateAll(file: Uint8Array): Promise<void> {
  const table = await openFile(pieces(file), knownTitles(schema), { maxColumns: 500, maxRowBytes: 1e6 });
  const mapping = mapHeader(schema, table.header);
  const { sample, batches } = await sampled(table.batches);
  const validator = new RowValidator({ schema }, mapping, {
    headerLength: table.header.length,
    dates: {
      ...{ today: '2026-11-24', period: quarter(2023, 2), holdsEarlierRows: false },
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 10_000 },
    synthetic: true,
    readings: columnReadings(schema, mapping, sample),
    sha256: sha256Hex,
  });
  let accepted = 0;
  let number = table.headerRow;
  for await (const batch of batches)
    for (const record of batch) {
      const { outcome } = validator.validate(record, ++number);
      if (outcome === 'accepted' || outcome === 'warned') accepted += 1;
    }
  if (accepted !== ROWS) throw new Error(`${accepted} rows were accepted`);
}

/** The longest time for which nothing else could run, in milliseconds, while a promise is pending. */
async function longestHold(work: Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  await work;
  await new Promise((resolve) => setTimeout(resolve, 20));
  delays.disable();
  return Math.round(delays.max / 1e6);
}

/** Milliseconds of processor time, which other work on the machine disturbs less than the time that passes. */
async function processorTime(run: () => Promise<void>): Promise<number> {
  const from = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

/** The least of some rounds. */
async function least(name: string, run: () => Promise<void>): Promise<number> {
  await run();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await processorTime(run));
  const ms = Math.min(...times);
  const rate = Math.round(ROWS / (ms / 1000)).toLocaleString('en-GB');
  console.log(`${name.padEnd(34)} ${rate.padStart(10)} rows a second of processor time`);
  return ms;
}

/** Reads one file in a process that has done nothing else, and prints no value of it. */
async function measureFile(path: string): Promise<void> {
  const file = readFileSync(path);
  const from = performance.now();
  let rows = 0;
  const read = async () => {
    const table = await openFile(pieces(file), anyTitles, {
      ...{ maxColumns: 500, maxRowBytes: 1e6 },
      inspect: () => () => undefined,
    });
    for await (const batch of table.batches) rows += batch.length;
  };
  const hold = await longestHold(read());
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${rows.toLocaleString('en-GB')} rows, ${(file.length / 1e6).toFixed(1)} MB: ${seconds} s, event loop held ${hold} ms at most, process ${memory} MiB at most`); // prettier-ignore
}

/** Takes the first row with two cells for the titles. */
const anyTitles = (cells: readonly string[]) => cells.filter((cell) => cell.trim() !== '').length;

if (path !== undefined) await measureFile(path);
else {
  const { csv, workbook } = filesOf(ROWS);
  console.log(`${ROWS.toLocaleString('en-GB')} rows of 14 columns: CSV ${(csv.length / 1e6).toFixed(1)} MB, workbook ${(workbook.length / 1e6).toFixed(1)} MB`); // prettier-ignore
  const alone = await least('csv-parse alone', () => parseAlone(csv));
  const whole = await least('CSV: read, map, validate', () => validateAll(csv));
  const sheet = await least('workbook: read, map, validate', () => validateAll(workbook));
  console.log(`read, map, validate ÷ csv-parse alone, in processor time: CSV ${(whole / alone).toFixed(2)}, workbook ${(sheet / alone).toFixed(2)}`); // prettier-ignore
}
