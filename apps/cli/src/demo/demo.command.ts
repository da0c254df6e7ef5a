import { readProgramme } from '@kinledger/programme';
import { writeProgramme } from '@kinledger/synthetic';
import type { LocalConnection } from '@kinledger/contracts';
import type { LinkageQuality } from '@kinledger/linkage-quality';
import type { Command } from 'commander';
import { linkerApi } from '../api/linker.js';
import { reportingApi } from '../api/reporting.js';
import { homeDirectory } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { saltFor } from '../generate/salt.js';
import { addSizeOptions, defaultSize, type Size } from '../generate/size.js';
import { busOption } from '../launcher/bus-option.js';
import { strategyOption } from '../launcher/strategy-option.js';
import { startLauncher } from '../launcher/launcher-process.js';
import { untilAskedToStop } from '../launcher/until-asked-to-stop.js';
import { count, print } from '../output/output.js';
import { writePrivateFile } from '../output/private-file.js';
import { createProgress, say, tellBeside } from '../output/progress.js';
import { LedgerWait } from '../ledger/ledger-wait.js';
import { pagesAddress } from '../sign-in/sign-in.command.js';
import { demoFolder, type DemoFolder, type DemoManifest, type DemoSize, type Loaded } from './demo-folder.js';
import { demoReport, type DemoReport } from './demo-report.js';
import { judgeReach } from './evaluation/judge-reach.js';
import { traceReach } from './evaluation/trace-reach.js';
import { trueReach } from './evaluation/truth.js';
import { assessAgainstTruth } from '../quality/assess-against-truth.js';
import { followLoad } from './follow-load.js';
import { loadFiles, type LoadedFile } from './load-files.js';
import { reachErrorPage } from './reach-error.js';

interface Options extends Partial<Size> {
  readonly home?: string;
  readonly fresh?: boolean;
  readonly once?: boolean;
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly bus?: string;
  readonly strategy?: string;
}

/** About how many live rows of people a person of a synthetic programme has, in all datasets. */
const ROWS_OF_PEOPLE_PER_PERSON = 2;

export function addDemoCommand(program: Command): void {
  addSizeOptions(
    program
      .command('demo')
      .description(
        'runs a synthetic programme through services that it starts; prints reach beside the truth',
      ),
  )
    .option('--fresh', 'delete the home’s data first')
    .option('--home <dir>', 'where data, keys and logs lie (default: KINLEDGER_HOME, else .kinledger here)')
    .addOption(strategyOption())
    .addOption(busOption())
    .option('--once', 'stop the services at the end')
    .option('--keep', 'keep the services running until Ctrl-C (default on a terminal)')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nWith --seed, the keys of a new home follow from the seed too, so that files, tokens\nand figures repeat; the order of the ledger does not, for files are sent side by side.\nNever put people’s data into such a home.',
    )
    .action(demo);
}

async function demo(options: Options): Promise<void> {
  const home = homeDirectory(options.home);
  const folder = demoFolder(home);
  const held = options.fresh === true ? undefined : folder.size();
  requireSameSize(held, options, home);
  const launcher = await startLauncher(
    {
      home,
      fresh: options.fresh,
      seed: options.seed === undefined ? undefined : `demo ${options.seed}`,
      bus: options.bus,
      ...launcherStrategyOf(options, held),
    },
    (message) => {
      if (message.type === 'stage') say(options.json, message.text);
    },
  );
  const keep = options.keep ?? (options.once !== true && process.stdout.isTTY);
  const asked = untilAskedToStop(launcher);
  // Awaited below; irrelevant when the command stops the services itself.
  asked.catch(() => undefined);
  try {
    const report = await Promise.race([run(folder, launcher.connection, options), asked]);
    if (report === undefined) {
      process.exitCode = 130;
      return;
    }
    print(options.json, report, () => demoReport(report));
    if (!keep) return;
    const [pages, how] = await pagesAddress(launcher.connection);
    say(options.json, `Pages: ${pages}\n  ${how}\nThe services keep running. Ctrl-C stops them.`);
    await asked;
  } finally {
    await launcher.stop();
  }
}

async function run(folder: DemoFolder, connection: LocalConnection, options: Options): Promise<DemoReport> {
  const { manifest, size } = await filesOf(folder, connection, options);
  const loaded = folder.loaded();
  if (loaded === undefined) {
    const record = await load(folder, manifest, size, connection, options);
    folder.finish(record);
    return reportOf(folder, manifest, record, connection);
  }
  say(options.json, `found ${count(loaded.rows)} rows of a demo loaded before (--fresh starts over)`);
  return reportOf(folder, manifest, { ...loaded, seconds: null }, connection);
}

/** Generates the files, unless an earlier demo has. */
async function filesOf(
  folder: DemoFolder,
  connection: LocalConnection,
  options: Options,
): Promise<{ readonly manifest: DemoManifest; readonly size: DemoSize }> {
  const size = folder.size() ?? {
    people: options.people ?? defaultSize.people,
    quarters: options.quarters ?? defaultSize.quarters,
    seed: options.seed ?? defaultSize.seed,
    only: options.only,
    profile: options.profile,
    strategy: options.strategy,
  };
  if (folder.manifest() === undefined) {
    say(options.json, `generating ${count(size.people)} people over ${size.quarters} quarters`);
    folder.begin(size);
    const programme = await readProgramme(connection.programmeDirectory);
    const { salt } = await saltFor(undefined, connection.evaluation.secretsDirectory);
    const { people, quarters, seed, only, profile } = size;
    await writeProgramme(folder.data, { people, quarters, seed, only, profile, programme, salt });
  }
  const manifest = folder.manifest();
  if (manifest === undefined) throw new Failure(`${folder.data} has no manifest: start over with --fresh`);
  return { manifest, size };
}

async function load(
  folder: DemoFolder,
  manifest: DemoManifest,
  size: DemoSize,
  connection: LocalConnection,
  { json }: Options,
): Promise<Loaded> {
  const rows = manifest.files.reduce((sum, file) => sum + file.rows, 0);
  say(json, `sending ${count(rows)} rows in ${count(manifest.files.length)} files`);
  const progress = createProgress(json !== true);
  const bars = {
    validated: progress.bar('validated', rows),
    pseudonymised: progress.bar('pseudonymised', rows),
    linked: progress.bar('linked', rows),
    projected: progress.bar('projected', rows),
  };
  const sent = { files: [] as LoadedFile[], complete: false };
  const began = performance.now();
  const { services, tokens } = connection;
  const apis = {
    reporting: reportingApi({ url: services['reporting-api'], token: tokens.operator }),
    linker: linkerApi({ url: services.linker, token: tokens.operator }),
  };
  const send = async () => {
    await loadFiles(connection, folder.data, manifest.files, (file) => {
      sent.files.push(file);
      bars.validated.update(sent.files.reduce((sum, each) => sum + each.rows, 0));
    });
    sent.complete = true;
  };
  try {
    await Promise.all([
      send(),
      followLoad(
        apis,
        sent,
        (stages) => {
          bars.pseudonymised.update(stages.pseudonymised);
          bars.linked.update(stages.linked);
          bars.projected.update(stages.projected);
        },
        new LedgerWait(tellBeside(progress, json)),
      ),
    ]);
  } finally {
    progress.stop();
  }
  const resumed = sent.files.some(({ repeated }) => repeated);
  return {
    size,
    rows,
    seconds: resumed ? null : (performance.now() - began) / 1000,
    files: sent.files.map(({ dataset, period, submission, reason }) => ({
      dataset,
      period,
      submission,
      reason,
    })),
  };
}

async function reportOf(
  folder: DemoFolder,
  manifest: DemoManifest,
  loaded: Loaded,
  connection: LocalConnection,
): Promise<DemoReport> {
  const { services, tokens } = connection;
  const reporting = reportingApi({ url: services['reporting-api'], token: tokens.operator });
  const [{ quality: linkage }, traced, answer, datasets] = await Promise.all([
    assessAgainstTruth(connection.evaluation, folder.truth, loaded.files),
    traceReach(
      connection.evaluation,
      folder.truth,
      { sent: manifest.files, loaded: loaded.files },
      manifest.endPeriod,
    ),
    reporting.reach(manifest.endPeriod),
    reporting.datasets(),
  ]);
  const { size, rows, seconds, files } = loaded;
  const report: DemoReport = {
    size,
    files: files.length,
    refused: files.filter(({ submission }) => submission === null),
    rows,
    seconds,
    rowsPerSecond: seconds === null ? null : rows / seconds,
    datasets,
    linkage: { ...linkage, precision: shareOf(linkage, 'precision'), recall: shareOf(linkage, 'recall') },
    ...traced,
    reach: judgeReach(answer, trueReach(folder.truth, manifest.endPeriod)),
    reachErrorPage: folder.reachErrorPage,
    pages: services['reporting-api'],
  };
  writePrivateFile(folder.reachErrorPage, reachErrorPage(report));
  return report;
}

/** 1 if there is no pair to measure it on. */
const shareOf = ({ measures }: LinkageQuality, name: 'precision' | 'recall'): number =>
  measures[name].value ?? 1;

/** What a demo asks of the launcher, so that the model of `kin-1` expects as many rows as there will be. */
function launcherStrategyOf({ strategy, people }: Options, held: DemoSize | undefined) {
  const expected = held?.people ?? people ?? defaultSize.people;
  const rowsOfPeople = Math.max(2, Math.round(expected * ROWS_OF_PEOPLE_PER_PERSON));
  return { strategy, rowsOfPeople: strategy === 'kin-1' ? rowsOfPeople : undefined };
}

/** A home holds one demo: loading another beside it would mix two truths. */
function requireSameSize(held: DemoSize | undefined, asked: Partial<DemoSize>, home: string): void {
  if (held === undefined) return;
  const differs = (['people', 'quarters', 'seed', 'only', 'profile', 'strategy'] as const).filter(
    (name) => asked[name] !== undefined && String(asked[name]) !== String(held[name]),
  );
  if (differs.length === 0) return;
  throw new Failure(
    `${home} holds a demo of ${held.people} people, ${held.quarters} quarters, seed ${held.seed}: leave out ${differs.map((name) => `--${name}`).join(', ')} to use it, or start over with --fresh`,
  );
}
