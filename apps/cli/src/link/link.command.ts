import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { modelHash, modelText, readModel, type Model } from '@kinledger/kin';
import {
  guessSchema,
  linkFiles,
  linkSchema,
  readHeader,
  type LinkedFiles,
  type LinkSchema,
} from '@kinledger/file-linkage';
import type { Command } from 'commander';
import { z } from 'zod';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress, say } from '../output/progress.js';
import { writePrivateFile } from '../output/private-file.js';
import { linkReport } from './link-report.js';
import { writeLinks, writePairs } from './write-links.js';

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
    .option('--right <file>', 'second CSV file, with the same titles')
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
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Records are compared field by field: names in spite of spelling, swapping and nicknames, dates and numbers in spite of one
mistake. How much an agreement says is estimated from the files themselves, without any truth. The same records give the
same individuals in any order of rows.

  kinledger link --left people.csv --guess > schema.json
  kinledger link --left people.csv --schema schema.json --out links.csv --pairs pairs.csv`,
    )
    .action(link);
}

function link(options: Options): void {
  const { left, right, json } = options;
  for (const file of [left, right])
    if (file !== undefined && !existsSync(file)) throw new Failure(`there is no file ${file}`);
  if (options.guess === true) {
    print(true, guessed(left).schema, () => '');
    return;
  }
  if (options.out === undefined) throw new Failure('say where to write the links: --out links.csv');
  const schema = options.schema === undefined ? announce(left, json) : readSchema(options.schema);
  const started = performance.now();
  const progress = createProgress(json !== true);
  const bar = progress.bar('linking', steps.length);
  const linked = linkFiles({
    ...{ left, right, schema },
    leftUnique: options.oneToOne === true || options.leftUnique === true,
    rightUnique: options.oneToOne === true || options.rightUnique === true,
    model: options.model === undefined ? undefined : savedModel(options.model),
    progress: (step) => bar.update(steps.indexOf(step)),
  });
  const individuals = writeLinks(options.out, linked);
  const pairs = writePairs(options.pairs, linked);
  if (options.report !== undefined)
    writePrivateFile(options.report, linkReport(linked, options.showValues === true));
  bar.update(steps.length);
  progress.stop();
  if (options.saveModel !== undefined) writeFileSync(options.saveModel, `${modelText(linked.model)}\n`);
  const summary = {
    records: linked.records.count,
    individuals,
    pairs: pairs.pairs,
    autoLinked: pairs.autoLinked,
    toReview: pairs.pairs - pairs.autoLinked,
    compared: linked.first.length,
    model: modelHash(linked.model),
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
  print(json, { ...summary, schema }, () => describe(summary, linked, options.out ?? ''));
}

const steps = ['read', 'derive', 'candidates', 'compare', 'estimate', 'score', 'cluster', 'write'];

const describe = (
  summary: { individuals: number; pairs: number; autoLinked: number; toReview: number; seconds: number },
  { records, first, files }: LinkedFiles,
  out: string,
): string =>
  [
    `${count(records.count)} records of ${files.length === 1 ? 'one file' : 'two files'} are ${count(summary.individuals)} individuals (${out})`,
    `${count(summary.pairs)} linked pairs: ${count(summary.autoLinked)} certain, ${count(summary.toReview)} for a person to look at; ${count(first.length)} pairs compared in ${summary.seconds} s`,
  ].join('\n');

function guessed(file: string) {
  const bytes = new Uint8Array(readFileSync(file));
  return guessSchema(bytes, readHeader(bytes));
}

function announce(file: string, json: boolean | undefined): LinkSchema {
  const { schema, leftOut } = guessed(file);
  if (Object.keys(schema.columns).length === 0)
    throw new Failure(`no column of ${file} could be recognised: say what they hold with --schema`);
  say(json, `columns as guessed (correct them with --schema):\n${JSON.stringify(schema, undefined, 2)}`);
  if (leftOut.length > 0) say(json, `not read: ${leftOut.join(', ')}`);
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
