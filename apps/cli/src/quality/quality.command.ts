import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalConnection } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import type { LinkErrors } from '@kinledger/linkage-quality';
import type { Command } from 'commander';
import { findConnection, homeDirectory, requireConnection } from '../connection/connection.js';
import { latestQuarter } from '../demo/evaluation/truth.js';
import { Failure } from '../failure.js';
import { textOf } from '../input/text-file.js';
import { wholeNumber } from '../input/whole-number.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../ledger/read-ledger.js';
import { count, print } from '../output/output.js';
import { writePrivateFile } from '../output/private-file.js';
import { estimateReach, type EstimatedReach } from './bounded-reach.js';
import { decoyQuality, type DecoyQuality } from './decoy-quality.js';
import { describeBounds, describeDecoys, describeParts, describeReviewed } from './describe-estimates.js';
import { describeTrueQuality } from './describe-quality.js';
import { partsOfLedger } from './parts-of-ledger.js';
import { reachedCases } from './reached-cases.js';
import { readLiveRecords } from './read-live-records.js';
import {
  drawReview,
  readSample,
  reviewableLinks,
  reviewedLinks,
  sampleCsv,
  type ReviewedLinks,
} from './review-sample.js';
import { submittedFiles } from './submitted-files.js';
import { trueQuality } from './true-quality.js';

interface Options extends LedgerOptions {
  readonly truth?: string;
  readonly decoys?: number | true;
  readonly reviewed?: string;
  readonly period?: string;
  readonly seed: string;
}

const DEFAULT_DECOYS = 1_000;
const INTERRUPTED = 'interrupted: nothing was written';

export function addQualityCommand(program: Command): void {
  const command = program
    .command('quality')
    .description(
      'says how good the linkage is, with intervals and by subgroup, and between which bounds reach lies',
    )
    .option('--truth <dir>', 'compare with the truth that the generator of synthetic data wrote')
    .option(
      '--decoys [number]',
      `link the ledger’s records again in memory, with so many records of nobody (default: ${DEFAULT_DECOYS}), and as if nobody had an NHS number`,
      wholeNumber(7),
    )
    .option(
      '--reviewed <file>',
      'use what people decided, in its last column, about the links that "quality sample" drew',
    )
    .option('--period <period>', 'the quarter whose reach is bounded (with --truth, by default its last one)')
    .option('--seed <text>', 'what decoys and intervals are drawn from', 'kinledger');
  withLedgerOptions(command).action(quality);
  withLedgerOptions(
    command
      .command('sample')
      .description(
        'draws links at random for people to review, by the rule that made them and the band of their score; a CSV file of row keys',
      )
      .requiredOption('--size <number>', 'how many links; small strata have five at least', wholeNumber(7))
      .option('--seed <text>', 'what they are drawn from', 'kinledger')
      .requiredOption('--out <file>', 'where to write them'),
  ).action(sample);
}

async function quality(options: Options): Promise<void> {
  const { truth, decoys, reviewed } = options;
  if (truth !== undefined) {
    if (decoys !== undefined || reviewed !== undefined)
      throw new Failure('--truth makes --decoys and --reviewed unnecessary: leave them out');
    return againstTruth(truth, options);
  }
  if (decoys === undefined && reviewed === undefined)
    throw new Failure('say what to measure by: --truth DIR, --decoys or --reviewed FILE');
  await withoutTruth(options);
}

async function againstTruth(truth: string, { period, seed, json }: Options): Promise<void> {
  const folder = truthFolder(truth);
  const { evaluation } = requireConnection(homeDirectory());
  const files = await submittedFiles(evaluation.platformUrl);
  const found = await trueQuality(evaluation, folder, files, period ?? latestQuarter(folder), seed);
  print(json, found, () => describeTrueQuality(found));
}

/** What is known of a linkage without a truth. */
interface EstimatedQuality {
  readonly decoys?: DecoyQuality;
  readonly reviewed?: ReviewedLinks;
  readonly period?: string;
  readonly reach?: EstimatedReach;
  /** How many more people there are at most, whatever the period, if every link by a score is wrong. */
  readonly byScore?: number;
}

async function withoutTruth(options: Options): Promise<void> {
  const { reviewed: file, seed, period, json } = options;
  const number = options.decoys === true ? DEFAULT_DECOYS : options.decoys;
  const pairs = file === undefined ? undefined : readSample(textOf(file), file);
  await readLedger(options, INTERRUPTED, async (reading) => {
    const ledger = await readLiveRecords(reading);
    reading.progress.stop();
    const decoys = number === undefined ? undefined : decoyQuality(ledger, { count: number, seed });
    const reviewed = pairs === undefined ? undefined : reviewedLinks(pairs);
    const connection = findConnection(homeDirectory());
    const reach =
      period === undefined ? undefined : await boundedReach(period, connection, errorsIn(decoys, reviewed));
    const byScore = period === undefined ? undefined : partsOfLedger(ledger);
    const found: EstimatedQuality = {
      ...(decoys === undefined ? {} : { decoys }),
      ...(reviewed === undefined ? {} : { reviewed }),
      ...(reach === undefined ? {} : { period: period as string, reach }), // it was asked for
      ...(byScore === undefined ? {} : { byScore }),
    };
    print(json, found, () =>
      [
        ...(decoys === undefined ? [] : [describeDecoys(decoys)]),
        ...(reviewed === undefined ? [] : [describeReviewed(reviewed)]),
        ...(reach === undefined ? [] : [describeBounds(period ?? '', reach)]),
        ...(byScore === undefined ? [] : [describeParts(byScore)]),
      ].join('\n\n'),
    );
  });
}

/** Wrong links as people found them, or else as records with an NHS number show them, which also show missing ones. */
function errorsIn(
  decoys: DecoyQuality | undefined,
  reviewed: ReviewedLinks | undefined,
): Readonly<Record<'children' | 'adults', LinkErrors>> {
  const unknown = { low: 0, high: 1 };
  const of = (kind: 'children' | 'adults'): LinkErrors => ({
    falseLinks: reviewed?.falseLinks.interval ?? decoys?.errors[kind].falseLinks ?? unknown,
    missedLinks: decoys?.errors[kind].missedLinks ?? unknown,
  });
  return { children: of('children'), adults: of('adults') };
}

async function boundedReach(
  code: string,
  connection: LocalConnection | undefined,
  errors: ReturnType<typeof errorsIn>,
): Promise<EstimatedReach> {
  const range = parsePeriod(code);
  if (range === undefined) throw new Failure(`${code} is no period: give one such as 2023-24-Q4`);
  const url = process.env['KINLEDGER_INSPECTOR_URL'] ?? connection?.evaluation.platformUrl;
  if (url === undefined) {
    throw new Failure(
      'no services run here: to bound reach, set KINLEDGER_INSPECTOR_URL to the postgres:// URL of the platform database, with the inspector’s role',
    );
  }
  return estimateReach(await reachedCases(url, range), errors);
}

interface SampleOptions extends LedgerOptions {
  readonly size: number;
  readonly seed: string;
  readonly out: string;
}

async function sample({ out, ...options }: SampleOptions): Promise<void> {
  await readLedger(options, INTERRUPTED, async (reading) => {
    const links = reviewableLinks(await readLiveRecords(reading));
    reading.progress.stop();
    const pairs = drawReview(links, options);
    writePrivateFile(out, sampleCsv(pairs));
    const strata = new Set(pairs.map(({ stratum }) => stratum)).size;
    const summary = { links: links.length, strata, pairs: pairs.length, file: out };
    print(options.json, summary, () =>
      [
        `${count(pairs.length)} of ${count(links.length)} links, in ${count(strata)} strata, are in ${out}.`,
        'Have each pair decided: "same", "different" or "unsure" in its last column.',
        `Then: kinledger quality --reviewed ${out}`,
      ].join('\n'),
    );
  });
}

/** The folder `truth` itself, or the one that contains it. @throws Failure */
function truthFolder(named: string): string {
  const folder = [named, join(named, 'truth')].find((each) => existsSync(join(each, 'records.csv')));
  if (folder === undefined)
    throw new Failure(`${named} holds no truth: name the folder truth that "kinledger generate" wrote`);
  return folder;
}
