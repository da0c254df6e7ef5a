import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';
import { latestQuarter } from '../demo/evaluation/truth.js';
import { describeTrueQuality } from './describe-quality.js';
import { submittedFiles } from './submitted-files.js';
import { trueQuality } from './true-quality.js';

interface Options {
  readonly truth?: string;
  readonly period?: string;
  readonly seed: string;
  readonly home?: string;
  readonly json?: boolean;
}

export function addQualityCommand(program: Command): void {
  program
    .command('quality')
    .description(
      'says how good the linkage is, with intervals and by subgroup, and between which bounds reach lies',
    )
    .option('--truth <dir>', 'compare with the truth that the generator of synthetic data wrote')
    .option('--period <period>', 'the quarter whose reach is bounded (default: the last one of the truth)')
    .option('--seed <text>', 'what the intervals are drawn from', 'kinledger')
    .option('--home <dir>', 'the home whose services run')
    .option('--json', 'print one JSON document')
    .action(quality);
}

async function quality(options: Options): Promise<void> {
  const { truth, seed, json } = options;
  if (truth === undefined) throw new Failure('say what to compare with: --truth DIR');
  const folder = truthFolder(truth);
  const { evaluation } = requireConnection(homeDirectory(options.home));
  const files = await submittedFiles(evaluation.platformUrl);
  const period = options.period ?? latestQuarter(folder);
  const found = await trueQuality(evaluation, folder, files, period, seed);
  print(json, found, () => describeTrueQuality(found));
}

/** The folder `truth` itself, or the one that contains it. @throws Failure */
function truthFolder(named: string): string {
  const folder = [named, join(named, 'truth')].find((each) => existsSync(join(each, 'records.csv')));
  if (folder === undefined)
    throw new Failure(`${named} holds no truth: name the folder truth that "kinledger generate" wrote`);
  return folder;
}
