import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rowOutcomes, serviceNames, type ServiceName } from '@kinledger/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differencesOf } from '../chaos/differences.ts';
import { decidedRows, outcome, settled } from './day-two/aftermath.ts';
import { Balancer } from './day-two/balancer.ts';
import { Load, type ProgrammeFile } from './day-two/load.ts';
import { Deployment, stateOf, stopwatch, writerAmong, type Ending } from './day-two/replacing.ts';
import { lostOf, tableOf, type Phase } from './day-two/report.ts';
import { manner, until, USER } from './installed-pods.ts';
import { bus, InstalledPlatform } from './installed-platform.ts';
import { repository } from './rendering.ts';
import { clients, isAbsent, unless } from './tools.ts';
import { fewDatasets } from '../support/few-datasets.js';

const run = promisify(execFile);
const helm = await clients();

/** Files of the programme that are sent in a phase. */
const FILES = 3;
/** Seconds, some of them instead of the chart's, so that the same happens sooner. */
const DRAIN = 2;
const GRACE = 25;
const sooner = { KINLEDGER_SHUTDOWN_DRAIN_SECONDS: String(DRAIN) };
const leases = { KINLEDGER_LEASE_SECONDS: '3' };
const intake = {
  // All files of this test come from one account.
  KINLEDGER_UPLOADS_AT_ONCE_PER_ACCOUNT: '8',
  // A sender on a slow line is waited for, however slow this machine is.
  KINLEDGER_UPLOAD_IDLE_SECONDS: '300',
  // An upload that does not end is refused after three fifths of this.
  KINLEDGER_SHUTDOWN_GRACE_SECONDS: '15',
};

describe.skipIf(isAbsent(helm))(
  `the images with the chart${unless(helm)}, ${manner}, bus ${bus}`,
  { timeout: 1_200_000 },
  () => {
    let platform: InstalledPlatform;
    let load: Load;
    let balancers: Readonly<Record<'ingest' | 'projector' | 'reports', Balancer>>;
    let deployments: Readonly<Record<ServiceName, Deployment>>;
    let periods: readonly string[];
    const phases: Phase[] = [];
    const cleaning: (() => Promise<void>)[] = [];

    const deploy = async (linkers: number) => {
      const { ingest, projector, reports } = balancers;
      const of = (service: ServiceName, instead: Readonly<Record<string, string>>, balancer?: Balancer) =>
        new Deployment(platform, service, { ...sooner, ...instead }, balancer);
      deployments = {
        ingest: of('ingest', intake, ingest),
        pseudonymiser: of('pseudonymiser', {}),
        linker: of('linker', leases),
        projector: of('projector', {}, projector),
        'reporting-api': of('reporting-api', {}, reports),
      };
      await Promise.all(
        serviceNames.map((name) => deployments[name].scaleUp(name === 'linker' ? linkers : 1)),
      );
    };

    /** Carries out a phase while files are sent and read, and keeps what was seen. */
    const phase = async (
      what: string,
      work: () => Promise<{ readonly endings?: readonly Ending[]; readonly note?: string }>,
    ): Promise<Phase> => {
      const tally = load.newTally();
      const clock = stopwatch();
      const { endings = [], note = '' } = await load.during(work, FILES);
      const done = { what, tally, seconds: clock(), endings, note };
      phases.push(done);
      const failures = Object.values(balancers).flatMap((balancer) => balancer.failures);
      expect([...tally.failed, ...failures], what).toEqual([]);
      for (const { code, seconds } of endings) {
        expect(code, what).toBe(0);
        expect(seconds, what).toBeLessThan(DRAIN + GRACE);
      }
      return done;
    };

    /** Generates a programme of a size. @returns its folder. */
    const generated = async (size: readonly string[]): Promise<string> => {
      const data = join(platform.shared, `data${size.join('')}`);
      const programme = platform.environment('linker')['KINLEDGER_PROGRAMME_DIR'] ?? '';
      await platform.tools(
        ['generate', '--out', data, '--seed', 'images', ...size, ...fewDatasets, '--programme', programme],
        { HOME: data },
      );
      return data;
    };
    const filesOf = (data: string): readonly ProgrammeFile[] =>
      (
        JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) as {
          readonly files: readonly ProgrammeFile[];
        }
      ).files;

    beforeAll(async () => {
      platform = await InstalledPlatform.install(isAbsent(helm) ? '' : helm.helm);
      cleaning.push(() => platform.destroy());
      const [ingest, projector, reports] = await Promise.all([
        Balancer.start('ingest'),
        Balancer.start('projector'),
        Balancer.start('reporting-api'),
      ]);
      balancers = { ingest, projector, reports };
      cleaning.push(...[ingest, projector, reports].map((balancer) => () => balancer.stop()));
      await deploy(2);
      const data = await generated(['--people', '200', '--quarters', '3']);
      const files = filesOf(data);
      periods = [...new Set(files.map(({ period }) => period))].sort();
      load = new Load(balancers, platform.token, data, files);
      cleaning.push(() => load.stop());
    }, 600_000);

    afterAll(async () => {
      for (const clean of cleaning.toReversed()) await clean();
    });

    it('start from their file sets alone, as a user that owns nothing, and are found healthy', async () => {
      for (const service of serviceNames) {
        const [pod] = deployments[service].pods;
        const { user, number } = pod!.process.identity;
        if (manner.includes(String(USER))) expect(user).toBe(USER);
        if (manner.includes('process 1')) expect(number).toBe(1);
        const check = join(repository, 'deploy/images/healthcheck.mjs');
        const env = { KINLEDGER_HTTP_PORT: new URL(pod!.url).port };
        await expect(run(platform.node, [check], { env })).resolves.toBeDefined();
      }
    });

    it('are replaced one by one while files are sent and figures read: all exit 0, and nobody sees a failure', async () => {
      const { ingest, pseudonymiser, linker, projector, 'reporting-api': reports } = deployments;
      const { tally } = await phase('ingest replaced', async () => {
        // One file takes longer than the old pod may; two have just begun when it is told to stop.
        const slow = [load.sendNext((file) => load.uploadSlowly(file, Infinity))];
        const endings = ingest.replace(() => {
          for (let count = 0; count < 2; count += 1)
            slow.push(load.sendNext((file) => load.uploadSlowly(file, 1_500)));
        });
        const [ended] = await Promise.all([endings, endings.then(() => Promise.all(slow)), ...slow]);
        return { endings: ended };
      });
      expect(tally.refused).toBeGreaterThan(0);
      await phase('pseudonymiser replaced', async () => ({ endings: await pseudonymiser.replace() }));
      await phase('linker replaced, both in turn', async () => ({ endings: await linker.replaceInTurn() }));
      await phase('projector replaced', async () => ({ endings: await projector.replace() }));
      await phase('reporting-api replaced', async () => ({ endings: await reports.replace() }));
    });

    it('have a standby that decides when the linker at work is killed, or frozen past its lease', async () => {
      const { linker } = deployments;
      const { token } = platform;
      await phase('linker at work killed (SIGKILL)', async () => {
        await linker.kill(await writerAmong(linker.pods, token));
        const clock = stopwatch();
        await writerAmong(linker.pods, token);
        const note = `the standby decides after ${clock().toFixed(1)} s`;
        await linker.scaleUp(2);
        return { note };
      });
      await phase('linker at work frozen (SIGSTOP), then continued', async () => {
        const frozen = await writerAmong(linker.pods, token);
        process.kill(frozen.process.pid, 'SIGSTOP');
        const clock = stopwatch();
        await writerAmong(
          linker.pods.filter((pod) => pod !== frozen),
          token,
        );
        const note = `the standby decides after ${clock().toFixed(1)} s`;
        process.kill(frozen.process.pid, 'SIGCONT');
        await until(
          'the linker that was frozen stands by',
          async () => (await stateOf(frozen, token)) === 'standby',
          () => platform.logs,
        );
        return { note };
      });
    });

    it('share the files when there are four pseudonymisers instead of one, and give them back', async () => {
      const { pseudonymiser } = deployments;
      const rowsOf = async (): Promise<number[]> =>
        Promise.all(
          pseudonymiser.pods.map(async ({ url }) => {
            const text = await (await fetch(`${url}/metrics`)).text();
            return [...text.matchAll(/^kinledger_rows_pseudonymised_total\{.*\} (\d+)$/gm)].reduce(
              (sum, [, rows]) => sum + Number(rows),
              0,
            );
          }),
        );
      await phase('pseudonymisers 1 → 4', async () => {
        const [before = 0] = await rowsOf();
        await pseudonymiser.scaleUp(4);
        // Which of them gets a file depends on its partition, and on how soon all have theirs.
        const isShared = async () =>
          (await rowsOf()).every((rows, index) => rows > (index === 0 ? before : 0));
        while (load.hasMore && !(await isShared())) await load.sendNext();
        await until('all four have pseudonymised', isShared, () => platform.logs);
        const [first = 0, ...others] = await rowsOf();
        return { note: `rows of each: ${[first - before, ...others].join(', ')}` };
      });
      await phase('pseudonymisers 4 → 1', async () => ({ endings: await pseudonymiser.scaleDown(1) }));
    });

    it('leave the ledger, read models and figures of an undisturbed installation, and lose no row', async () => {
      await phase('the rest of the files, undisturbed', async () => {
        await load.sendRest();
        return {};
      });
      await settled(platform, load.files.length);
      await load.stop();
      const decided = await decidedRows(platform);
      console.log(tableOf(phases, decided));
      for (const done of phases) expect(lostOf(done, decided), done.what).toBe(0);
      const verified = await platform.tools(['ledger', 'verify', '--live', '--json'], {
        KINLEDGER_PLATFORM_URL: platform.environment('linker')['KINLEDGER_PLATFORM_URL'] ?? '',
      });
      expect(JSON.parse(verified)).toMatchObject({ faults: { count: 0 } });
      const disturbed = await outcome(platform, deployments['reporting-api'].pods[0]!, periods);

      const order = load.sent.toSorted((one, other) => one.intake - other.intake).map(({ file }) => file);
      await platform.becomeTwin();
      for (const balancer of Object.values(balancers)) balancer.forget();
      await deploy(1);
      const calm = new Load(balancers, platform.token, load.folder, order);
      await calm.sendInOrder();
      await settled(platform, order.length);
      await calm.stop();
      const undisturbed = await outcome(platform, deployments['reporting-api'].pods[0]!, periods);
      expect(differencesOf(disturbed, undisturbed)).toEqual([]);
      expect(undisturbed.ledger.length).toBeGreaterThan(order.length);
    });

    it('take changed passwords of all their roles while a file is at work: nothing restarts, no row is lost', async () => {
      const data = await generated(['--people', '400', '--quarters', '1']);
      const file = filesOf(data).find(({ dataset }) => dataset.endsWith('.user'))!;
      const urlOf = (name: ServiceName) => deployments[name].pods[0]!.url;
      const submissions = () => platform.query('restricted', 'SELECT FROM ingest.submission');
      const before = (await submissions()).length;
      const sent = platform.tools([
        ...['submit', join(data, file.path), '--dataset', file.dataset, '--period', file.period],
        ...['--on-behalf-of', file.provider, '--confirm-retiring', '--token', platform.token, '--json'],
        ...['--url', urlOf('ingest'), '--reports-url', urlOf('reporting-api')],
      ]);
      const logs = () => platform.logs;
      await until('the file is accepted', async () => (await submissions()).length > before, logs);
      const pods = serviceNames.map((name) => deployments[name].pods[0]!);
      const writePasswords = await platform.changePasswords();
      await until(
        'services are refused',
        async () => pods.some(({ process }) => process.log.includes('password authentication failed')),
        logs,
      );
      await until(
        'the linker is not ready',
        async () => !(await deployments.linker.pods[0]!.isReady()),
        logs,
      );
      writePasswords();
      const { upload, submission } = JSON.parse(await sent);
      const { registered, matched, referred, unlinkable, impersonal, superseded, unchanged } =
        rowOutcomes.parse(submission.outcomes);
      const decided = registered + matched + referred + unlinkable + impersonal + superseded + unchanged;
      expect(decided).toBe(upload.counts.accepted);
      for (const pod of pods) {
        await until(`${pod.name} is ready`, () => pod.isReady(), logs);
        expect(pod.process.log).not.toMatch(/-anew/);
      }
    });

    it('have a migrator that may run again', async () => {
      expect(JSON.parse(await platform.migrateAgain('platform'))).toMatchObject({
        databases: { platform: 'migrated' },
      });
    });
  },
);
