import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provision, roleNames, type RoleName } from '@kinledger/database';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  copyNode,
  discard,
  entryOf,
  freePort,
  giveToUser,
  makeReadOnly,
  manner,
  RunningService,
  runOnce,
  until,
  USER,
} from './installed-pods.ts';
import { podEnvironment } from './pod-environment.ts';
import {
  programmeFiles,
  render,
  repository,
  ValueFiles,
  workloadsOf,
  type KubernetesObject,
  type Tree,
} from './rendering.ts';
import { clients, isAbsent, unless } from './tools.ts';

const run = promisify(execFile);
const helm = await clients();
const services = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'] as const;
type ServiceName = (typeof services)[number];
const zoneOf = (namespace: string): string => namespace.replace('kinledger-', '');

/**
 * Installs the rendered chart without a cluster: the key ceremony and the migrations by the tools image, then each service
 * from the file set of its image, with the files and variables of its pod. Only ports and addresses are this machine's.
 */
describe.skipIf(isAbsent(helm))(`the images with the chart${unless(helm)}, ${manner}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-images-'));
  const values = new ValueFiles();
  const keys = join(folder, 'keys', 'kinledger');
  const setOf = (target: string) => join(folder, 'sets', target);
  const running = new Map<ServiceName, RunningService>();
  const ports = new Map<ServiceName, number>();
  const environments = new Map<ServiceName, Record<string, string>>();
  let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  let node: string;
  let token: string;

  const tools = (args: readonly string[], env: Record<string, string> = {}) =>
    runOnce(entryOf('tools', node, setOf('tools')), args, env);
  const urlOf = (service: ServiceName) => `http://127.0.0.1:${ports.get(service) ?? 0}`;
  const logs = () => [...running].map(([name, { log }]) => `${name}: ${log}`).join('\n');
  const isReady = async (service: ServiceName) => (await fetch(`${urlOf(service)}/health/ready`)).ok;
  const start = (service: ServiceName) =>
    running.set(
      service,
      new RunningService(entryOf(service, node, setOf(service)), environments.get(service) ?? {}),
    );

  const data = join(folder, 'keys', 'data');
  /** A small programme's files with people. */
  const generate = async (): Promise<Tree[]> => {
    if (!existsSync(data)) {
      const programme = environments.get('linker')?.['KINLEDGER_PROGRAMME_DIR'] ?? '';
      const size = ['--people', '400', '--quarters', '1', '--seed', 'images'];
      await tools(['generate', '--out', data, ...size, '--programme', programme], { HOME: data });
    }
    const { files } = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8'));
    return (files as Tree[]).filter(({ dataset }) => String(dataset).endsWith('.user'));
  };
  const submitting = (file: Tree) => [
    ...['submit', join(data, String(file.path)), '--dataset', String(file.dataset)],
    ...['--period', String(file.period), '--on-behalf-of', String(file.provider)],
    ...['--url', urlOf('ingest'), '--reports-url', urlOf('reporting-api'), '--token', token, '--json'],
  ];

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    node = copyNode(folder);
    [postgres] = await Promise.all([
      startEmbeddedPostgres({ directory: join(folder, 'postgres') }),
      run(process.execPath, [join(repository, 'deploy/images/assemble.mjs'), 'all', join(folder, 'sets')]),
    ]);
    makeReadOnly(join(folder, 'sets'));
    mkdirSync(join(folder, 'keys'));
    giveToUser(join(folder, 'keys'));
    token = (await tools(['install', 'keys', '--out', keys])).trim().split(/\s+/).at(-1) ?? '';
    // One server stands for three here: its migrator has one password.
    for (const zone of ['platform', 'bus'])
      cpSync(
        join(keys, 'restricted/kinledger-database-migrator'),
        join(keys, zone, 'kinledger-database-migrator'),
        { recursive: true, force: true },
      );
    await provision({ superuserUrl: postgres.url(), passwords: passwordsIn(keys) });

    const port = Number(new URL(postgres.url()).port);
    const server = { host: '127.0.0.1', port };
    const objects = await render(isAbsent(helm) ? '' : helm.helm, {
      values: [
        values.write('values.json', {
          ...{ programme: { files: programmeFiles() }, services: { linker: { replicas: 1 } } },
          bus: { kind: 'postgres', caConfigMap: '' },
          postgresql: {
            ...{ operator: false, insecure: true, sslMode: 'disable' },
            ...{ restricted: server, platform: server, bus: server },
          },
        }),
      ],
    });
    for (const service of services) ports.set(service, await freePort());
    for (const workload of workloadsOf(objects)) {
      const root = join(folder, 'pods', workload.metadata.namespace, workload.metadata.name);
      const environment = podEnvironment({ objects, workload, keys, zoneOf, root, others: {} });
      giveToUser(join(folder, 'pods'));
      if (workload.kind === 'Job') await tools(argumentsOf(workload), environment);
      else {
        const service = workload.metadata.name.replace('kinledger-', '') as ServiceName;
        environments.set(service, { ...environment, KINLEDGER_HTTP_PORT: String(ports.get(service)) });
      }
    }
    for (const service of services) start(service);
    for (const service of services) await until(`${service} is ready`, () => isReady(service), logs);
  }, 300_000);

  afterAll(async () => {
    await Promise.all([...running.values()].map((service) => service.kill()));
    await postgres.destroy();
    values.remove();
    discard(folder);
  });

  it('start from their file sets alone, as a user that owns nothing, and are found healthy', async () => {
    for (const service of services) {
      const { user, number } = running.get(service)!.identity;
      if (manner.includes(String(USER))) expect(user).toBe(USER);
      if (manner.includes('process 1')) expect(number).toBe(1);
      const check = [node, join(repository, 'deploy/images/healthcheck.mjs')] as const;
      const health = run(check[0], [check[1]], { env: { KINLEDGER_HTTP_PORT: String(ports.get(service)) } });
      await expect(health).resolves.toBeDefined();
    }
  });

  it('finish their batch at SIGTERM within the grace period, and the next pod goes on: no row is lost', async () => {
    const [file] = await generate();
    const send = submitting(file);
    const sent = tools(send);
    await until(
      'the file is accepted',
      async () => running.get('ingest')!.log.includes('"context":"submissions"'),
      logs,
    );
    // Now its rows are at work: every service behind the upload is told to stop, and the next one starts.
    for (const service of ['pseudonymiser', 'linker', 'projector'] as const) {
      const stopping = running.get(service)!;
      const began = performance.now();
      expect(await stopping.stop()).toBe(0);
      expect(performance.now() - began).toBeLessThan(25_000);
      expect(stopping.log).toContain('"msg":"stopped"');
      start(service);
    }
    const { upload, submission } = JSON.parse(await sent);
    expect(submission.state).toBe('linked');
    const { matched, registered, unlinkable } = submission.outcomes;
    expect(upload.counts.accepted).toBeGreaterThan(0);
    expect(Number(matched) + Number(registered) + Number(unlinkable)).toBe(upload.counts.accepted);
  });

  it('take changed passwords of all their roles while a file is at work: nothing restarts, no row is lost', async () => {
    const [, file] = await generate();
    const sent = tools(submitting(file));
    const isAccepted = () => running.get('ingest')!.log.split('"context":"submissions"').length > 2;
    await until('the file is accepted', async () => isAccepted(), logs);
    const superuser = new pg.Client({ connectionString: postgres.url() });
    await superuser.connect();
    const roles = roleNames.filter((role) => role !== 'migrator');
    for (const role of roles) await superuser.query(`ALTER ROLE kinledger_${role} PASSWORD '${role}-anew'`);
    // A server that is replaced at that moment: every connection has to be made again, and is refused.
    await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'kinledger_%'`,
    );
    await until('services are refused', async () => logs().includes('password authentication failed'), logs);
    await expect(isReady('linker')).resolves.toBe(false);
    for (const path of globSync('pods/**/etc/kinledger/database/*/password', { cwd: folder }))
      writeFileSync(join(folder, path), `${path.split('/').at(-2) ?? ''}-anew`);
    const { upload, submission } = JSON.parse(await sent);
    const { matched, registered, unlinkable } = submission.outcomes;
    expect(Number(matched) + Number(registered) + Number(unlinkable)).toBe(upload.counts.accepted);
    for (const service of services) await until(`${service} is ready`, () => isReady(service), logs);
    for (const { log } of running.values()) expect(log).not.toMatch(/-anew/);
    await superuser.end();
  });

  it('have a migrator that may run again', async () => {
    const env = {
      KINLEDGER_BUS_URL: `postgres://kinledger_migrator:${readFileSync(join(keys, 'bus/kinledger-database-migrator/password'), 'utf8')}@127.0.0.1:${new URL(postgres.url()).port}/kinledger_bus`,
    };
    expect(JSON.parse(await tools(['database', 'migrate', 'bus', '--json'], env))).toMatchObject({
      databases: { bus: 'migrated' },
    });
  });
});

const argumentsOf = (job: KubernetesObject): string[] =>
  job.spec.template.spec.containers[0].args as string[];

/** The passwords of all roles, from what the ceremony wrote. */
const passwordsIn = (keys: string): Record<RoleName, string> =>
  Object.fromEntries(
    roleNames.map((role) => {
      const [file = ''] = ['restricted', 'platform']
        .map((zone) => join(keys, zone, `kinledger-database-${role}`, 'password'))
        .filter((path) => existsSync(path));
      return [role, readFileSync(file, 'utf8')];
    }),
  ) as Record<RoleName, string>;
