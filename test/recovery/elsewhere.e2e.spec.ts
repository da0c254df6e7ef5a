import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate, provision, roleNames, type DatabaseName, type RoleName } from '@kinledger/database';
import type { EmbeddedPostgres } from '@kinledger/embedded-postgres';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../e2e/installation.js';
import type { ProgrammeFile } from '../e2e/running-platform.js';
import { freePort, until } from '../deploy/installed-pods.ts';
import { ArchivingPostgres } from './archiving-postgres.ts';
import { fewDatasets } from '../support/few-datasets.js';

const absent = await absentBroker();
const root = fileURLToPath(new URL('../../', import.meta.url));
const services = ['linker', 'pseudonymiser', 'ingest', 'projector', 'reporting-api'] as const;
type ServiceName = (typeof services)[number];
type Zone = 'restricted' | 'platform';
const zones = ['restricted', 'platform'] as const;

interface Submission {
  readonly submission: string;
  readonly state: string;
  readonly reason?: string;
}

/**
 * What a platform team does that has a PostgreSQL in each zone, archived on its own, and a Kafka of which nothing is
 * backed up: everything is lost, the zones are restored to different instants, and the bus is new and empty.
 */
describe.skipIf(absent !== undefined)(
  `a restore on other servers${absent === undefined ? '' : ` (absent: ${absent})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'kinledger-elsewhere-'));
    const keys = join(folder, 'keys');
    const programme = join(folder, 'programme');
    const records = join(folder, 'records');
    const command = new Installation();
    const running = new Map<ServiceName, ChildProcess>();
    const ports = new Map<ServiceName, number>();
    const lost = new Map<Zone, ArchivingPostgres>();
    const restored: EmbeddedPostgres[] = [];
    const urls = new Map<Zone, string>();
    let log = '';
    let broker: KafkaBroker;
    let token: string;
    let files: readonly ProgrammeFile[];
    let before: unknown;

    const passwordOf = (zone: Zone, role: RoleName) =>
      readFileSync(join(keys, zone, `kinledger-database-${role}`, 'password'), 'utf8');
    const urlOf = (zone: Zone, role: RoleName, database: DatabaseName = zone) => {
      const url = new URL(urls.get(zone) ?? '');
      url.username = `kinledger_${role}`;
      url.password = passwordOf(zone, role);
      url.pathname = `/kinledger_${database}`;
      return url.href;
    };
    const query = async <Row extends pg.QueryResultRow>(zone: Zone, sql: string): Promise<Row[]> => {
      const url = new URL(urls.get(zone) ?? '');
      url.pathname = `/kinledger_${zone}`;
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      return client.query<Row>(sql).then(
        ({ rows }) => client.end().then(() => rows),
        (error: unknown) => client.end().then(() => Promise.reject(error as Error)),
      );
    };
    const address = (service: ServiceName) => `http://127.0.0.1:${ports.get(service) ?? 0}`;

    /** The variables that the chart gives to a service. */
    const environmentOf = (service: ServiceName): Record<string, string> => {
      const zone: Zone = service === 'ingest' || service === 'pseudonymiser' ? 'restricted' : 'platform';
      const role = service === 'reporting-api' ? 'reporting' : service;
      const secret = (name: string) => join(keys, zone, `kinledger-${name}`);
      return {
        KINLEDGER_HTTP_PORT: String(ports.get(service)),
        [`KINLEDGER_${zone.toUpperCase()}_URL`]: urlOf(zone, role),
        KINLEDGER_BUS: 'kafka',
        KINLEDGER_KAFKA_BROKERS: broker.bootstrap,
        KINLEDGER_PROGRAMME_DIR: join(root, 'programmes/leap'),
        KINLEDGER_ACCESS_FILE: join(secret('access'), 'access.json'),
        ...(zone === 'restricted' ? { KINLEDGER_SECRETS_DIR: secret(`${service}-keys`) } : {}),
        ...(service === 'pseudonymiser'
          ? { KINLEDGER_SUPPRESSIONS_FILE: join(records, 'suppressions.jsonl') }
          : {}),
        ...(service === 'linker'
          ? {
              KINLEDGER_ERASER_URL: urlOf('platform', 'eraser'),
              KINLEDGER_ERASURES_FILE: join(records, 'erasures.jsonl'),
              KINLEDGER_SIGNING_KEY_FILE: join(secret('signing-key'), 'signing-key.pem'),
            }
          : {}),
      };
    };
    /** Starts it again when it ends by itself, as a cluster does: for example because no broker answered in time. */
    const spawnService = (name: ServiceName) => {
      const child = spawn(process.execPath, [join(root, `apps/${name}/dist/main.js`)], {
        env: environmentOf(name),
      });
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (text: Buffer) => (log += `${name}: ${text.toString()}`));
      child.once('close', () => {
        if (running.get(name) === child) spawnService(name);
      });
      running.set(name, child);
    };
    const start = async (...names: readonly ServiceName[]) => {
      for (const name of names) spawnService(name);
      for (const name of names)
        await until(
          `${name} is ready`,
          async () => (await fetch(`${address(name)}/health/ready`)).ok,
          () => log,
        );
    };
    const killAll = async () => {
      const children = [...running.values()];
      running.clear();
      const ends = children.map((child) => new Promise((done) => child.once('close', done)));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ends);
    };

    const call = async <T>(service: ServiceName, path: string, body?: string | object): Promise<T> => {
      const isText = typeof body === 'string';
      const answer = await fetch(`${address(service)}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': isText ? 'text/csv' : 'application/json',
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      // Each caller states the shape of the members that it reads.
      return JSON.parse(text) as T;
    };
    const send = async ({ dataset, period, provider, path }: ProgrammeFile): Promise<string> => {
      const asked = new URLSearchParams({ dataset, period }).toString();
      const content = readFileSync(join(programme, path), 'utf8');
      const { id } = await call<{ id: string }>('ingest', `/v1/uploads?${asked}`, content);
      const given = { onBehalfOf: provider };
      return (await call<{ id: string }>('ingest', `/v1/uploads/${id}/submit`, given)).id;
    };
    const stateOf = async (submission: string) => {
      const { submissions } = await call<{ submissions: Submission[] }>(
        'reporting-api',
        '/v1/submissions?limit=500',
      );
      return submissions.find((each) => each.submission === submission)?.state;
    };
    const untilIs = (submission: string, state: string) =>
      until(
        `the submission is ${state}`,
        async () => (await stateOf(submission)) === state,
        () => log,
      );
    const withdraw = (submission: string) =>
      call('ingest', `/v1/submissions/${submission}/withdraw`, { reason: 'wrong-file' });
    /** Figures, and which rows are one person's: equal wherever the same rows are linked. */
    const outcome = async () => {
      await until(
        'the read models are up to date',
        async () => {
          const [row] = await query<{ done: boolean }>(
            'platform',
            'SELECT (SELECT position FROM golden.checkpoint) = max(revision) AS done FROM ledger.event',
          );
          return row?.done === true;
        },
        () => log,
      );
      const rows = await query<{ row_key: string; person: string | null }>(
        'platform',
        `SELECT row_key, individual_id AS person FROM golden.record WHERE state <> 'retired'`,
      );
      const together = Map.groupBy(rows, ({ row_key, person }) => person ?? `alone ${row_key}`);
      const { reach } = await call<{ reach: object }>('reporting-api', '/v1/figures/reach?period=lifetime');
      return {
        reach,
        people: [...together.values()]
          .map((its) =>
            its
              .map(({ row_key }) => row_key)
              .sort()
              .join(),
          )
          .sort(),
      };
    };

    let inFlight: string;
    let rowsLost: string;
    let withdrawn: string;
    let erased: string;

    beforeAll(async () => {
      // PostgreSQL’s account reads and writes below it.
      chmodSync(folder, 0o755);
      mkdirSync(records);
      for (const service of services) ports.set(service, await freePort());
      const size = ['--people', '100', '--quarters', '1', '--seed', 'elsewhere', ...fewDatasets];
      const started = await Promise.all([
        command.run('install', 'keys', '--out', keys),
        command.run('generate', '--out', programme, ...size),
        startKafkaBroker({ directory: join(folder, 'kafka') }),
        ...zones.map((zone) => ArchivingPostgres.start(join(folder, zone))),
      ]);
      token = started[0].stdout.trim().split(/\s+/).at(-1) ?? '';
      broker = started[2];
      const all = (
        JSON.parse(readFileSync(join(programme, 'manifest.json'), 'utf8')) as {
          files: readonly ProgrammeFile[];
        }
      ).files;
      files = all.filter(({ dataset }) => /^(baby-steps|making-it-real|caseload-midwifery)\./.test(dataset));
      for (const [index, zone] of zones.entries()) {
        const server = started[3 + index] as ArchivingPostgres;
        lost.set(zone, server);
        urls.set(zone, server.url);
        const its = readdirSync(join(keys, zone)).map((name) => name.replace('kinledger-database-', ''));
        const passwords = Object.fromEntries(
          roleNames.map((role) => [role, its.includes(role) ? passwordOf(zone, role) : 'of the other zone']),
        ) as Record<RoleName, string>;
        await provision({ superuserUrl: server.url, passwords });
        await migrate(zone, urlOf(zone, 'migrator'));
        await server.backUp();
      }
      await start(...services);

      // What both backups have.
      const sent: string[] = [];
      for (const file of files.slice(0, -2)) sent.push(await send(file));
      await untilIs(sent.at(-1) ?? '', 'linked');
      const platformAt = (await lost.get('platform')?.now()) ?? '';
      // What only the restricted zone's has: a file whose rows are published and deleted, a withdrawal, an erasure.
      rowsLost = await send(files.at(-2)!);
      await untilIs(rowsLost, 'linked');
      [withdrawn = ''] = sent;
      await withdraw(withdrawn);
      await untilIs(withdrawn, 'withdrawn');
      const [record] = await query<{ id: string }>(
        'platform',
        `SELECT replace(record_id::text, '-', '') AS id FROM golden.record
         WHERE state = 'linked' AND submission_id <> '${rowsLost}' ORDER BY row_key LIMIT 1`,
      );
      erased = record?.id ?? '';
      await call('ingest', '/v1/erasures', { records: [erased], reason: 'data-subject-request' });
      // A file that is accepted, and on its way to the pseudonymiser.
      running.get('pseudonymiser')?.kill('SIGSTOP');
      inFlight = await send(files.at(-1)!);
      await until(
        'the outbox is empty',
        async () => (await query('restricted', 'SELECT FROM ingest.outbox')).length === 0,
        () => log,
      );
      const restrictedAt = (await lost.get('restricted')?.now()) ?? '';
      running.get('pseudonymiser')?.kill('SIGCONT');
      await untilIs(inFlight, 'linked');
      before = await outcome();

      await killAll();
      await Promise.all([...[...lost.values()].map((server) => server.lose()), broker.destroy()]);
      log = '';
      const [kafka, ...servers] = await Promise.all([
        startKafkaBroker({ directory: join(folder, 'new-kafka') }),
        lost.get('restricted')!.restored(restrictedAt),
        lost.get('platform')!.restored(platformAt),
      ]);
      broker = kafka;
      restored.push(...servers);
      for (const [index, zone] of zones.entries()) urls.set(zone, servers[index]?.url() ?? '');
    });
    afterAll(async () => {
      await killAll();
      const servers = restored.length > 0 ? restored : [...lost.values()];
      await Promise.all([...servers.map((server) => server.destroy()), broker.destroy()]);
      await command.dispose();
      rmSync(folder, { recursive: true, force: true });
    });

    it('erases what was erased after the backup before any other service starts', async () => {
      const has = async () => (await query('platform', 'SELECT revision FROM ledger.event')).length;
      const events = await has();
      await query('platform', 'DROP SCHEMA golden CASCADE');
      await start('linker');
      await until(
        'the linker has erased',
        async () => (await call<{ erasures?: object }>('linker', '/v1/status')).erasures !== undefined,
        () => log,
      );
      expect(await has()).toBeGreaterThan(events);
      const [last] = await query<{ bytes: Buffer }>(
        'platform',
        'SELECT bytes FROM ledger.event ORDER BY revision DESC LIMIT 1',
      );
      expect(JSON.parse(last?.bytes.toString() ?? '')).toMatchObject({
        type: 'RecordErased',
        data: { records: [erased] },
      });
    });

    it('finishes the file that was on its way, executes the withdrawal again, and parks the file without rows', async () => {
      await start('pseudonymiser', 'ingest', 'projector', 'reporting-api');
      await untilIs(inFlight, 'linked');
      await untilIs(withdrawn, 'withdrawn');
      await untilIs(rowsLost, 'parked');
      expect(log).toContain('everything that was accepted is published again');
      expect(log).toContain('decisions and replies are published from the beginning again');
      expect(log).not.toContain('messages claim a place that different messages hold');
    });

    it('has the figures and the people of before once that file is sent again, and a ledger that verifies', async () => {
      await withdraw(rowsLost);
      await untilIs(rowsLost, 'withdrawn');
      await untilIs(await send(files.at(-2)!), 'linked');
      expect(await outcome()).toEqual(before);
      command.environment = { KINLEDGER_PLATFORM_URL: urlOf('platform', 'linker') };
      const verified = await command.run('ledger', 'verify', '--live');
      expect(verified).toMatchObject({ code: 0 });
    });

    it('publishes nothing a second time at the next start', async () => {
      await killAll();
      log = '';
      await start('pseudonymiser', 'ingest', 'linker');
      expect(log).not.toContain('the topics are new');
    });
  },
);
