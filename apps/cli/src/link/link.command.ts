import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { modelHash, modelText, readModel, type Model } from '@kinledger/kin';
import {
  csvFile,
  guessSchemaOf,
  linkFiles,
  linkSchema,
  type LinkedFiles,
  type LinkSchema,
} from '@kinledger/file-linkage';
import type { Command } from 'commander';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { wholeNumber } from '../input/whole-number.js';
import { count, print } from '../output/output.js';
import { createProgress, say } from '../output/progress.js';
import { requireWritable, writePrivateFiles, type PrivateFile } from '../output/private-file.js';
import { linkReport } from './link-report.js';
import { linkRows, pairRows, type LinkCounts } from './write-links.js';

interface Options {
  readonly left: string;
  readonly right?: string;
  readonly schema?: string;
  readonly guess?: boolean;
  readonly out?: string;
  readonly pairs?: string;
  readonly oneToOne?: boolean;
  readonly leftUnique?: boolean;
  readonly rightUnique?: boolean;
  readonly report?: string;
  readonly showValues?: boolean;
  readonly model?: string;
  readonly threads?: number;
  readonly saveModel?: string;
  readonly json?: boolean;
}

export function addLinkCommand(program: Command): void {
  program
    .command('link')
    .description(
      'links the records of two plain CSV files, or finds the repeated records of one; no services',
    )
    .requiredOption('--left <file>', 'CSV file; it is read here and sent nowhere')
    .option(
      '--right <file>',
      'second CSV file; what its columns hold is guessed, or said in "right" of the schema, if its titles are others',
    )
    .option('--schema <file>', 'JSON that says what the columns hold (default: guessed, and printed)')
    .option('--guess', 'print the guessed schema, and link nothing')
    .option('--out <file>', 'where to write source,record_id,individual_id')
    .option('--pairs <file>', 'where to write left_id,right_id,probability,rule')
    .option('--one-to-one', 'neither file holds anybody twice: each record has one counterpart or none')
    .option('--left-unique', 'the left file holds nobody twice')
    .option('--right-unique', 'the right file holds nobody twice')
    .option('--report <file>', 'where to write a page about the linkage: weights, scores, chosen pairs')
    .option('--show-values', 'name record ids in the report')
    .option('--model <file>', 'score with this model instead of estimating one')
    .option('--save-model <file>', 'write the model that was used, as canonical JSON')
    .option(
      '--threads <n>',
      'how many threads work; the result is the same (default: one for each processor, up to four, or one for small files)',
      wholeNumber(2),
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Records are compared field by field: names in spite of spelling, swapping and nicknames, dates and numbers in spite of one
mistake. How much an agreement says is estimated from the files themselves, without any truth. If "id" names a
column, the same records give the same individuals in any order of rows.

  kinledger link --left people.csv --guess > schema.json
  kinledger link --left people.csv --schema schema.json --out links.csv --pairs pairs.csv`,
    )
    .action(link);
}

async function link(options: Options): Promise<void> {
  const { left, right, out, json } = options;
  for (const file of [left, right])
    if (file !== undefined && !existsSync(file)) throw new Failure(`there is no file ${file}`);
  if (options.guess === true) {
    print(true, guessSchemaOf(given(left, right).map(csvFile)).schema, () => '');
    return;
  }
  if (out === undefined) throw new Failure('say where to write the links: --out links.csv');
  if (right === undefined) refuseOptionsOfTwoFiles(options);
  refuseRepeatedPaths(options);
  for (const file of outputsOf(options)) requireWritable(file);
  const schema =
    options.schema === undefined ? announce(given(left, right), json) : readSchema(options.schema);
  const started = performance.now();
  const { linked, ...counts } = await linkAndWrite(options, schema, out);
  const summary = {
    records: linked.records.count,
    ...counts,
    toReview: counts.pairs - counts.autoLinked,
    compared: linked.compared,
    passedOver: linked.passedOver,
    model: modelHash(linked.model),
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
  print(json, { ...summary, schema }, () => describe(summary, linked, out));
}

async function linkAndWrite(options: Options, schema: LinkSchema, out: string) {
  const { left, right } = options;
  const progress = createProgress(options.json !== true);
  const bar = progress.bar('linking', steps.length);
  try {
    const linked = await linkFiles([left, ...(right === undefined ? [] : [right])], {
      schema,
      leftUnique: options.oneToOne === true || options.leftUnique === true,
      rightUnique: options.oneToOne === true || options.rightUnique === true,
      model: options.model === undefined ? undefined : savedModel(options.model),
      threads: options.threads,
      progress: (step) => bar.update(steps.indexOf(step)),
    });
    bar.update(steps.indexOf('write'));
    const counts = await write(options, linked, out);
    bar.update(steps.length);
    return { linked, ...counts };
  } finally {
    progress.stop();
  }
}

/** Writes all files, or none. */
async function write(
  { pairs, report, saveModel, showValues }: Options,
  linked: LinkedFiles,
  out: string,
): Promise<LinkCounts> {
  const counts: LinkCounts = { individuals: 0, pairs: 0, autoLinked: 0 };
  const rowsOfPairs = pairRows(linked, counts);
  const files: PrivateFile[] = [{ file: out, parts: linkRows(linked, counts) }];
  if (pairs !== undefined) files.push({ file: pairs, parts: rowsOfPairs });
  if (report !== undefined) files.push({ file: report, parts: [linkReport(linked, showValues === true)] });
  if (saveModel !== undefined) files.push({ file: saveModel, parts: [`${modelText(linked.model)}\n`] });
  await writePrivateFiles(files);
  // Pairs are counted whether or not they are written.
  if (pairs === undefined) for (const _ of rowsOfPairs);
  return counts;
}

const steps = ['read', 'derive', 'candidates', 'compare', 'estimate', 'score', 'cluster', 'decide', 'write'];

const describe = (
  summary: { individuals: number; pairs: number; autoLinked: number; toReview: number; seconds: number },
  { records, compared, sources, passedOver }: LinkedFiles,
  out: string,
): string =>
  [
    `${count(records.count)} records of ${sources === 1 ? 'one file' : 'two files'} are ${count(summary.individuals)} individuals (${out})`,
    `${count(summary.pairs)} linked pairs: ${count(summary.autoLinked)} certain, ${count(summary.toReview)} for a person to look at; ${count(compared)} pairs compared in ${summary.seconds} s`,
    `values that too many records share, and so are not compared: ${count(passedOver)}`,
  ].join('\n');

function refuseOptionsOfTwoFiles(options: Options): void {
  for (const [option, given] of [
    ['--one-to-one', options.oneToOne],
    ['--left-unique', options.leftUnique],
    ['--right-unique', options.rightUnique],
  ] as const)
    if (given === true) throw new Failure(`${option} is about two files: name the second with --right`);
}

const given = (...files: readonly (string | undefined)[]): readonly string[] =>
  files.filter((file) => file !== undefined);

const outputsOf = ({ out, pairs, report, saveModel }: Options): readonly string[] =>
  given(out, pairs, report, saveModel);

/** @throws Failure if what is written would replace what is read, or something else that is written. */
function refuseRepeatedPaths(options: Options): void {
  const { left, right, schema, model } = options;
  const taken = new Set(given(left, right, schema, model).map(truePath));
  for (const file of outputsOf(options)) {
    const path = truePath(file);
    if (taken.has(path)) throw new Failure(`${file} is read or written twice: name another file to write to`);
    taken.add(path);
  }
}

/** The path of a file, whether or not it is there, with the links that lead to it followed. */
function truePath(file: string): string {
  const path = resolve(file);
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}

function announce(files: readonly string[], json: boolean | undefined): LinkSchema {
  const { schema, leftOut } = guessSchemaOf(files.map(csvFile));
  if (Object.keys(schema.columns).length === 0)
    throw new Failure(
      files.length === 1
        ? `no column of ${files[0] ?? ''} could be recognised: say what they hold with --schema`
        : 'no columns of the two files could be recognised as holding the same: say what they hold with --schema',
    );
  say(json, `columns as guessed (correct them with --schema):\n${JSON.stringify(schema, undefined, 2)}`);
  leftOut.forEach((columns, file) => {
    // Where a file has no line of titles, what stands there says who a person is.
    if (columns.length > 0)
      say(json, `columns of ${files[file] ?? ''} not read: ${columns.join(', ')} (counted from 1)`);
  });
  return schema;
}

function readSchema(file: string): LinkSchema {
  const parsed = linkSchema.safeParse(readJson(file));
  if (!parsed.success)
    throw new Failure(`${file} is no schema: ${z.prettifyError(parsed.error).split('\n').join(' ')}`);
  return parsed.data;
}

function savedModel(file: string): Model {
  try {
    return readModel(readJson(file));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${file} is no model that this release can use`);
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    throw new Failure(`${file} cannot be read as JSON`);
  }
}
