import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { londonDay, parsePeriod, type Period } from '@kinledger/domain';
import type { DeclaredOrder } from '@kinledger/intake-files';
import {
  readClearSchema,
  readProgramme,
  type Agreement,
  type Dataset,
  type DatasetSchema,
  type Programme,
} from '@kinledger/programme';
import type { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import { Failure } from '../failure.js';
import { programmeDirectory } from '../input/programme-directory.js';
import { print } from '../output/output.js';
import { growingPrivateFile, type GrowingFile } from '../output/private-file.js';
import { say } from '../output/progress.js';
import { describePseudonymised, whyNothingLeaves } from './describe-pseudonymised.js';
import { pseudonymiseFile, type FoundInRow } from './pseudonymise-file.js';
import { readSalt } from './read-salt.js';

interface Options {
  readonly schema: string;
  readonly dataset: string;
  readonly period: string;
  readonly out: string;
  readonly saltFile?: string;
  readonly programme?: string;
  readonly errors?: string;
  readonly dayFirst?: string;
  readonly monthFirst?: string;
  readonly json?: boolean;
}

export function addPseudonymiseCommand(program: Command): void {
  program
    .command('pseudonymise')
    .description(
      'makes the file that leaves a service which pseudonymises its own data: digests, codes and dates, and no identifier; no services',
    )
    .argument('<file>', 'the clear file, CSV or workbook (.xlsx, .ods); it is read here and sent nowhere')
    .requiredOption('--schema <file>', 'schema of the clear file')
    .requiredOption('--dataset <id>', 'dataset that the programme takes, e.g. dv-enhanced-caseworkers.user')
    .requiredOption('--period <code>', 'period of the file, e.g. 2023-24-Q2')
    .requiredOption('--out <file>', 'where to write the file that leaves')
    .option('--salt-file <file>', 'the salt, on one line (default: the variable KINLEDGER_SALT)')
    .option(
      '--programme <dir>',
      'programme definition (default: KINLEDGER_PROGRAMME_DIR, else programmes/leap)',
    )
    .option('--errors <file>', 'write what was found, row by row, as CSV; it holds no value of the file')
    .option(
      '--day-first <fields>',
      'date fields whose column has the day first, separated by commas; if it is asked for',
    )
    .option('--month-first <fields>', 'date fields whose column has the month first, separated by commas')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
The columns are those of the dataset’s own schema. Rows are read as intake reads them, and what leaves is read once more as the
programme will read it: rows that either refuses stay. The salt is never given on the command line.

  kinledger pseudonymise people.csv --schema people.json --dataset dv-enhanced-caseworkers.user \\
    --period 2023-24-Q2 --salt-file salt --out leaves.csv`,
    )
    .action(pseudonymise);
}

async function pseudonymise(path: string, options: Options): Promise<void> {
  const definition = programmeDirectory(options.programme);
  refuseRepeatedPaths(path, definition, options);
  const salt = readSalt(options.saltFile);
  const programme = await readProgramme(definition);
  const dataset = datasetFor(programme, options.dataset);
  const today = londonDay(new Date());
  const period = periodFor(options.period, today);
  const agreement = agreementFor(programme, dataset, period);
  const clear = schemaIn(options.schema, dataset, programme);
  const orders = declaredOrders(options, clear);
  const opened: GrowingFile[] = [];
  try {
    const out = growingPrivateFile(options.out);
    opened.push(out);
    const errors = options.errors === undefined ? undefined : growingPrivateFile(options.errors);
    if (errors !== undefined) opened.push(errors);
    const add = errors === undefined ? () => undefined : errorReport(errors);
    const done = await pseudonymiseFile(
      { path, clear, dataset, programme, agreement, period, today, salt, orders },
      (text) => Promise.resolve(out.write(text)),
      (found) => Promise.resolve(add(found)),
    );
    errors?.finish();
    const { reason } = done;
    if (reason === null) out.finish();
    const summary = {
      dataset: dataset.id,
      period: period.code,
      out: reason === null ? options.out : null,
      ...done,
    };
    print(options.json, summary, () => describePseudonymised(summary));
    if (reason !== null)
      throw new Failure(`nothing leaves: ${whyNothingLeaves[reason]} (${whereFound(options.errors)})`);
    if (options.errors !== undefined) say(options.json, whereFound(options.errors));
  } finally {
    for (const file of opened) file.discard();
  }
}

const whereFound = (errors: string | undefined): string =>
  errors === undefined
    ? 'with --errors FILE, the command writes down what it finds, row by row'
    : `what was found, row by row: ${errors}`;

function datasetFor(programme: Programme, id: string): Dataset {
  const dataset = programme.dataset(id);
  if (dataset === undefined) {
    const known = programme.datasets.filter((each) => each.pseudonymisedAtSource).map((each) => each.id);
    throw new Failure(`the programme has no dataset ${id}; pseudonymised at source are ${known.join(', ')}`);
  }
  if (!dataset.pseudonymisedAtSource)
    throw new Failure(
      `${id} is pseudonymised on arrival: send the clear file with kinledger submit, or have the programme take digests`,
    );
  return dataset;
}

function periodFor(code: string, today: string): Period {
  const period = parsePeriod(code);
  if (period === undefined) throw new Failure(`${code} is no period: expected one such as 2023-24-Q2`);
  if (period.start > today) throw new Failure(`${period.label} has not begun`);
  return period;
}

function agreementFor(programme: Programme, { agreement: id }: Dataset, period: Period): Agreement {
  const agreement = programme.agreement(id);
  const last = new Date(Date.parse(`${period.end}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  if (agreement === undefined || agreement.validFrom > period.start || agreement.validTo < last)
    throw new Failure(
      `the data sharing agreement ${id} does not cover ${period.label}: ask the programme’s data team before anything leaves`,
    );
  return agreement;
}

function schemaIn(file: string, dataset: Dataset, programme: Programme): DatasetSchema {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Failure(`${file} cannot be read as JSON`);
  }
  const { consentForms = [] } = programme.definition;
  const { schema, problems } = readClearSchema(json, file, dataset, consentForms);
  if (schema !== undefined) return schema;
  const lines = problems.map(({ path, message }) => `  ${path === '' ? '' : `${path}: `}${message}`);
  throw new Failure(`${file} is no schema of a clear file of ${dataset.id}:\n${lines.join('\n')}`);
}

function declaredOrders(
  { dayFirst, monthFirst }: Options,
  { fields }: DatasetSchema,
): ReadonlyMap<string, DeclaredOrder> {
  const orders = new Map<string, DeclaredOrder>();
  for (const [named, order] of [
    [dayFirst, 'day-first'],
    [monthFirst, 'month-first'],
  ] as const)
    for (const name of named?.split(',').map((text) => text.trim()) ?? []) {
      if (!fields.some((field) => field.name === name && field.type === 'date'))
        throw new Failure(`--${order}: the schema has no date field "${name}"`);
      if (orders.has(name)) throw new Failure(`"${name}" is said to have the day first and the month first`);
      orders.set(name, order);
    }
  return orders;
}

/**
 * @throws Failure if what is written would replace what is read, something else that is written, or a part of the
 * programme’s definition.
 */
function refuseRepeatedPaths(
  path: string,
  definition: string,
  { schema, saltFile, out, errors }: Options,
): void {
  const read = [path, schema, saltFile].flatMap((file) => (file === undefined ? [] : [truePath(file)]));
  const taken = new Set(read);
  const ofDefinition = truePath(definition) + sep;
  for (const file of [out, errors]) {
    if (file === undefined) continue;
    if (truePath(file).startsWith(ofDefinition))
      throw new Failure(`${file} lies in the folder of the programme’s definition: write to another folder`);
    if (taken.has(truePath(file)))
      throw new Failure(`${file} is read or written twice: name another file to write to`);
    taken.add(truePath(file));
  }
}

/** The path of a file, whether or not it is there, with the links that lead to it followed. */
function truePath(file: string): string {
  const path = resolve(file);
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}

/** Begins a report of what is found in rows. @returns adds a finding to it. */
function errorReport(report: GrowingFile): (found: FoundInRow) => void {
  report.write(stringify([['row', 'column', 'rule', 'severity', 'message', 'suggestion']]));
  return ({ row, rule: { field, code, severity, message, suggestion } }) =>
    report.write(stringify([[String(row), field?.title ?? '', code, severity, message, suggestion]]));
}
