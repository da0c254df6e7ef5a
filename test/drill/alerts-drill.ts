/** `npm run alerts:drill`: the faults, each with the rules as shipped, in real time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import { RunningPlatform } from '../e2e/running-platform.js';
import { hasPrometheus, LocalPrometheus } from '../support/prometheus.js';
import { drill, wrongAlerts, type Drilled } from './drill.js';
import { faults, faultsOnKafka, type Fault } from './faults.js';
import { DrillSite } from './site.js';
import { fewDatasets } from '../support/few-datasets.js';

const rules = fileURLToPath(new URL('../../deploy/prometheus/kinledger-alerts.yaml', import.meta.url));
/** As the chart's PodMonitors scrape. */
const SCRAPE_SECONDS = 30;

const help = `Brings about one fault after another, waits until its alert fires with the rules as shipped, and prints a table.
Takes about half an hour, nearly all of it waiting.

  --only TEXT    only faults whose name has this text
  --every N      seconds between scrapes (default ${SCRAPE_SECONDS}, as in the chart)
  --at-once N    number of platforms, among which the faults are shared out (default 4)`;

/** @returns the number of faults whose alert did not fire, or beside which a wrong one did. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      every: { type: 'string', default: String(SCRAPE_SECONDS) },
      'at-once': { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (!(await hasPrometheus())) throw new Error('there is no prometheus and promtool on this machine');
  const chosen = (all: readonly Fault[]) => all.filter(({ name }) => name.includes(values.only));
  const absent = await absentBroker();
  if (absent !== undefined)
    console.log(`skipped: ${faultsOnKafka.map(({ name }) => name).join('; ')} (${absent})`);
  const shares = Math.max(1, Number(values['at-once']));
  const every = Number(values.every);
  const onPostgres = Array.from({ length: shares }, (_, share) =>
    chosen(faults).filter((_, index) => index % shares === share),
  );
  const onKafka = absent === undefined ? chosen(faultsOnKafka) : [];
  // One after another, since starting takes a processor and waiting takes none.
  const teams: Team[] = [];
  const results: (Drilled | Error)[] = [];
  try {
    if (onKafka.length > 0) teams.push(await assemble(onKafka, every, 'kafka'));
    for (const those of onPostgres.filter(({ length }) => length > 0))
      teams.push(await assemble(those, every, 'postgres'));
    results.push(...(await Promise.all(teams.map(drillAll))).flat());
  } finally {
    for (const { dismiss } of teams) await dismiss();
  }
  console.log(table(results.flatMap((each) => (each instanceof Error ? [] : [each]))));
  const failures = results.flatMap((each) => (each instanceof Error ? [each.message] : wrongAlerts(each)));
  for (const failure of failures) console.log(`failed: ${failure}`);
  return failures.length;
}

/** A platform beside a Prometheus, and the faults that are brought about there. */
interface Team {
  readonly faults: readonly Fault[];
  readonly site: DrillSite;
  readonly prometheus: LocalPrometheus;
  readonly dismiss: () => Promise<void>;
}

async function assemble(those: readonly Fault[], every: number, bus: 'postgres' | 'kafka'): Promise<Team> {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-drill-'));
  const undo: (() => void | Promise<void>)[] = [
    () => {
      rmSync(folder, { recursive: true, force: true });
    },
  ];
  const dismiss = async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const broker = bus === 'kafka' ? await startKafkaBroker({ directory: join(folder, 'kafka') }) : undefined;
    if (broker !== undefined) undo.push(() => broker.destroy());
    const platform = new RunningPlatform(
      broker === undefined ? {} : { KINLEDGER_KAFKA_BROKERS: broker.bootstrap },
    );
    undo.push(() => platform.stop());
    const site = await ready(platform, folder, broker);
    const prometheus = await LocalPrometheus.start(
      Object.values(platform.connected.services),
      [rules],
      every,
    );
    undo.push(() => prometheus.stop());
    await prometheus.until('count(up == 1)', '5');
    return { faults: those, site, prometheus, dismiss };
  } catch (error) {
    await dismiss();
    throw error;
  }
}

async function drillAll({ faults: those, site, prometheus }: Team): Promise<(Drilled | Error)[]> {
  const results: (Drilled | Error)[] = [];
  for (const fault of those) {
    const result = await drill(fault, site, prometheus).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    results.push(result);
    console.log(result instanceof Error ? `${fault.name}: ${result.message}` : line(result));
    // What it left behind would falsify the next.
    if (result instanceof Error) break;
  }
  return results;
}

async function ready(
  platform: RunningPlatform,
  folder: string,
  broker: KafkaBroker | undefined,
): Promise<DrillSite> {
  const programme = join(folder, 'programme');
  const size = ['--people', '60', '--quarters', '1', '--seed', 'drill', ...fewDatasets];
  await platform.installation.run('generate', '--out', programme, ...size);
  await platform.start('drill', ...(broker === undefined ? [] : ['--bus', 'kafka']));
  return DrillSite.withProgramme(platform, programme, broker);
}

const line = ({ fault, seconds, beside }: Drilled): string =>
  `${fault.name}: ${fault.alert} after ${seconds.toFixed(0)} s${beside.length === 0 ? '' : `, with ${beside.join(', ')}`}`;

function table(results: readonly Drilled[]): string {
  const runbook = (alert: string) => `[${alert}](runbooks/${alert}.md)`;
  const rows = results.map(
    ({ fault, seconds, beside }) =>
      `| ${fault.name} | ${runbook(fault.alert)} | ${seconds.toFixed(0)} | ${beside.map(runbook).join(', ')} |`,
  );
  return [
    '',
    '| fault | alert and runbook | fired after, s | what followed by then |',
    '| --- | --- | ---: | --- |',
    ...rows,
  ].join('\n');
}
