import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commonConfig, isVariable, readConfig, type ConfigSchema } from '@kinledger/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdCeremony } from '../../apps/cli/dist/install/key-ceremony.js';
import { ingestConfig } from '../../apps/ingest/dist/config.js';
import { linkerConfig } from '../../apps/linker/dist/config.js';
import { projectorConfig } from '../../apps/projector/dist/config.js';
import { pseudonymiserConfig } from '../../apps/pseudonymiser/dist/config.js';
import { reportingConfig } from '../../apps/reporting-api/dist/config.js';
import { pythonTools } from '../standards/python-tools.ts';
import { podEnvironment } from './pod-environment.ts';
import { connectionsOf, policies, secretsReferredTo } from './policies.ts';
import {
  exampleOf,
  examples,
  lint,
  programmeFiles,
  render,
  repository,
  ValueFiles,
  workloadsOf,
  type KubernetesObject,
  type Tree,
} from './rendering.ts';
import { checkers, clients, isAbsent, unless } from './tools.ts';

const tools = await clients();
const schemas = await checkers();
const python = await pythonTools();
const helm = isAbsent(tools) ? '' : tools.helm;
const configs: Readonly<Record<string, ConfigSchema>> = {
  ingest: ingestConfig,
  pseudonymiser: pseudonymiserConfig,
  linker: linkerConfig,
  projector: projectorConfig,
  'reporting-api': reportingConfig,
};
const zones: Readonly<Record<string, string>> = {
  'kinledger-restricted': 'restricted',
  'kinledger-platform': 'platform',
  'kinledger-bus': 'bus',
};
const zoneOf = (namespace: string): string => zones[namespace] ?? '';
/** What operators and other people make: authorities, and the address of a KurrentDB. */
const madeByOthers = {
  ...Object.fromEntries(
    ['kinledger-restricted-ca', 'kinledger-platform-ca', 'kinledger-bus-ca', 'organisation-ca'].map(
      (name) => [name, { 'ca.crt': 'a certificate' }],
    ),
  ),
  'kinledger-mail': { password: 'of the mail server' },
  'kinledger-kurrentdb': { url: 'kurrentdb://kurrentdb.internal.example.org:2113' },
};
const files = new ValueFiles();
const programme = files.write('programme.json', { programme: { files: programmeFiles() } });
const valuesOf = (example: string): string[] => [exampleOf(example), programme];
let keys: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kinledger-chart-'));
  keys = join(folder, 'keys');
  await holdCeremony(keys, 'operator');
});
afterAll(() => {
  files.remove();
  rmSync(folder, { recursive: true });
});

/** Validates objects as an API server does. @returns what is wrong. */
async function faultsOf(objects: readonly KubernetesObject[]): Promise<unknown[]> {
  if ('absent' in python || isAbsent(schemas)) throw new Error('the tools are absent');
  const child = spawn(python.python, [join(repository, 'test/deploy/validate.py')], { stdio: 'pipe' });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  const customResources = join(repository, 'test/deploy/schemas');
  child.stdin.end(JSON.stringify({ kubernetes: schemas.kubernetes, customResources, objects }));
  await new Promise((done) => child.once('close', done));
  if (said.stderr !== '') throw new Error(said.stderr);
  return JSON.parse(said.stdout) as unknown[];
}

describe.skipIf(isAbsent(tools))(`the chart${unless(tools)}`, () => {
  describe.each(examples)('with the values for %s', (example) => {
    let objects: KubernetesObject[];
    beforeAll(async () => {
      objects = await render(helm, { values: valuesOf(example) });
    });

    it('has nothing that helm objects to', async () => {
      expect((await lint(helm, { values: valuesOf(example) })).stdout).toContain('0 chart(s) failed');
    });

    it.skipIf(isAbsent(schemas) || 'absent' in python)(
      `is accepted by the schemas of two versions of Kubernetes and of the operators${unless(schemas)}${unless(python)}`,
      async () => {
        const upgraded = await render(helm, { values: valuesOf(example), upgrade: true });
        expect(await faultsOf([...objects, ...upgraded])).toEqual([]);
      },
    );

    it.each(Object.keys(policies))('promises: %s', (name) => {
      expect(policies[name]!.check(objects)).toEqual([]);
    });

    it('gives every container the variables that its program reads, and no others', () => {
      for (const workload of workloadsOf(objects)) {
        const root = mkdtempSync(join(folder, 'pod-'));
        const environment = podEnvironment({ objects, workload, keys, zoneOf, root, others: madeByOthers });
        const set = Object.keys(environment).filter((name) => name.startsWith('KINLEDGER_'));
        if (workload.kind === 'Job') {
          const [, , database = ''] = workload.spec.template.spec.containers[0].args as string[];
          expect(set).toEqual([`KINLEDGER_${database.toUpperCase()}_URL`]);
          expect(new URL(environment[set[0]!]!).username).toBe('kinledger_migrator');
          continue;
        }
        const config = {
          common: commonConfig,
          own: configs[workload.metadata.name.replace('kinledger-', '')]!,
        };
        expect(() => readConfig(config, environment)).not.toThrow();
        const known = new Set(variablesOf(config));
        expect(set.filter((name) => !known.has(name))).toEqual([]);
      }
    });

    it('refers only to secrets that the key ceremony, an operator or a named person makes', () => {
      const ours = [...secretsReferredTo(objects)].map((path) => path.split('/'));
      for (const [namespace = '', name = ''] of ours) {
        const made = [...Object.keys(madeByOthers), 'kinledger-backup'];
        if (made.includes(name)) continue;
        expect(readdirSync(join(keys, zoneOf(namespace)))).toContain(name);
      }
    });
  });

  it('connects services as the picture shows: what else stands here was opened', async () => {
    const objects = await render(helm, { values: valuesOf('production') });
    expect(
      connectionsOf(objects)
        .filter((each) => !/^prometheus|dns:53$/.test(each))
        .sort(),
    ).toEqual(
      [
        'gateway → ingest:8080',
        'gateway → reporting-api:8080',
        'gateway → projector:8080',
        ...['ingest', 'pseudonymiser', 'migrate-restricted'].map(
          (name) => `${name} → database restricted:5432`,
        ),
        ...['linker', 'projector', 'reporting-api', 'migrate-platform'].map(
          (name) => `${name} → database platform:5432`,
        ),
        ...['ingest', 'pseudonymiser', 'linker', 'projector'].map((name) => `${name} → kafka:9093`),
        'ingest → mail server:587',
        ...Object.keys(configs).map((name) => `${name} → collector:4318`),
      ].sort(),
    );
  });

  it('sends mails, and opens the way to the server, only where one is named', async () => {
    const none = files.write('no-mail.json', { mail: { host: '' } });
    const objects = await render(helm, { values: [...valuesOf('production'), none] });
    expect(connectionsOf(objects).filter((each) => each.includes('mail server'))).toEqual([]);
    expect(JSON.stringify(objects)).not.toMatch(/KINLEDGER_(SMTP|MAIL)_|"kinledger-mail"/);
    for (const [mail, told] of [
      [{ from: '' }, 'mail.from'],
      [{ tls: 'none' }, 'mail.tls'],
    ] as const) {
      const wrong = files.write('wrong-mail.json', { mail });
      await expect(render(helm, { values: [...valuesOf('production'), wrong] })).rejects.toThrow(told);
    }
  });

  it('sends traces only where a collector is named, as a share that the first span decides', async () => {
    const tracesIn = (objects: readonly KubernetesObject[]) =>
      objects
        .filter(({ kind }) => kind === 'Deployment')
        .map(({ spec }) => {
          const all = spec.template.spec.containers[0].env as { name: string; value?: string }[];
          const its = all.filter(({ name }) => name.startsWith('OTEL_'));
          return Object.fromEntries(its.map(({ name, value }) => [name, value]));
        });
    expect(tracesIn(await render(helm, { values: valuesOf('production') }))).toEqual(
      Object.keys(configs).map(() => ({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.observability:4318',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      })),
    );
    const none = files.write('no-traces.json', { traces: { endpoint: '' } });
    const objects = await render(helm, { values: [...valuesOf('production'), none] });
    expect(tracesIn(objects)).toEqual(Object.keys(configs).map(() => ({})));
    expect(connectionsOf(objects).filter((each) => each.includes('collector'))).toEqual([]);
  });

  it('publishes the pages of the projector only where they have a host', async () => {
    const without = files.write('no-ledger.json', { gateway: { ledger: { host: '' } } });
    const objects = await render(helm, { values: [...valuesOf('production'), without] });
    expect(objects.filter(({ kind }) => kind === 'HTTPRoute')).toHaveLength(2);
    expect(connectionsOf(objects)).not.toContain('gateway → projector:8080');
  });

  it('has Prometheus scrape every pod, and brings the alerts and dashboards of this version', async () => {
    const objects = await render(helm, { values: valuesOf('production') });
    const ofKind = (kind: string) => objects.filter((each) => each.kind === kind);
    const monitors = ofKind('PodMonitor');
    expect(ofKind('Deployment')).toHaveLength(5);
    for (const { metadata, spec } of ofKind('Deployment')) {
      const labels = spec.template.metadata.labels as Record<string, string>;
      const its = monitors.filter(
        (monitor) =>
          monitor.metadata.namespace === metadata.namespace &&
          Object.entries(monitor.spec.selector.matchLabels as object).every(
            ([label, value]) => labels[label] === value,
          ),
      );
      expect(its, metadata.name).toHaveLength(1);
    }
    const alerts = (ofKind('PrometheusRule')[0]?.spec.groups as { rules: unknown[] }[]).flatMap(
      ({ rules }) => rules,
    );
    const text = readFileSync(
      new URL('../../deploy/prometheus/kinledger-alerts.yaml', import.meta.url),
      'utf8',
    );
    expect(alerts).toHaveLength([...text.matchAll(/- alert: /g)].length);
    const boards = ofKind('ConfigMap').filter(({ metadata }) => metadata.labels['grafana_dashboard'] === '1');
    expect(boards).toHaveLength(6);
    for (const board of boards)
      for (const json of Object.values(board.data ?? {}))
        expect(JSON.parse(json)).toHaveProperty('uid', board.metadata.name);
  });

  describe('a changed rendering', () => {
    const cases = Object.entries(policies).flatMap(([name, { breaks }]) =>
      breaks.map((change, index) => ({ name, index: index + 1, change })),
    );
    let objects: KubernetesObject[];
    beforeAll(async () => {
      objects = await render(helm, { values: valuesOf('production') });
    });

    it.each(cases)('is found out: $name ($index)', ({ name, change }) => {
      const changed = structuredClone(objects) as Tree[];
      change(changed);
      expect(policies[name]!.check(changed as KubernetesObject[])).not.toEqual([]);
    });

    it.skipIf(isAbsent(schemas) || 'absent' in python)(
      'is refused by the schemas where it breaks them',
      async () => {
        const changed = structuredClone(objects) as Tree[];
        const find = (kind: string) => changed.find((each) => each.kind === kind);
        find('Deployment').spec.template.spec.containers[0].readOnly = true;
        find('Cluster').spec.instances = 'three';
        find('KafkaUser').spec.authentication.type = 'plain';
        find('ScaledObject').spec.triggers = undefined;
        find('HTTPRoute').spec.parentRefs[0].section = 'https';
        const broken = (await faultsOf(changed as KubernetesObject[])) as [string, string][];
        expect(new Set(broken.map(([, name]) => name.split('/')[0]))).toEqual(
          new Set(['Deployment', 'Cluster', 'KafkaUser', 'ScaledObject', 'HTTPRoute']),
        );
      },
    );
  });

  it('migrates by a Job at the first installation, and by a hook before an upgrade', async () => {
    const jobs = async (upgrade: boolean) =>
      (await render(helm, { values: valuesOf('trial'), upgrade }))
        .filter(({ kind }) => kind === 'Job')
        .map(({ metadata }) => metadata.annotations?.['helm.sh/hook']);
    expect(await jobs(false)).toEqual([undefined, undefined, undefined]);
    expect(await jobs(true)).toEqual(['pre-upgrade', 'pre-upgrade', 'pre-upgrade']);
  });

  it.each([
    [
      'zones in one namespace',
      { zones: { platform: { namespace: 'kinledger-restricted' } } },
      'three namespaces',
    ],
    ['a database in clear', { postgresql: { sslMode: 'disable' } }, 'postgresql.insecure'],
    ['brokers in clear', { bus: { kafka: { protocol: 'SASL_PLAINTEXT' } } }, 'bus.kafka.insecure'],
    ['no brokers', { bus: { kafka: { operator: false } } }, 'bus.kafka.bootstrapServers'],
    ['no database', { postgresql: { operator: false } }, 'postgresql.restricted.host'],
    [
      'one server for both zones',
      { postgresql: { operator: false, restricted: { host: 'db' }, platform: { host: 'db' } } },
      'postgresql.insecure',
    ],
    ['sessions in several replicas', { services: { ingest: { replicas: 2 } } }, 'gateway.sessionPersistence'],
    [
      'scaling by lag without Kafka',
      { bus: { kind: 'postgres' }, services: { pseudonymiser: { autoscaling: { enabled: true } } } },
      'bus.kind kafka',
    ],
    ['a value that it does not know', { services: { linker: { replicaCount: 2 } } }, 'replicaCount'],
    ['a third linker', { services: { linker: { replicas: 3 } } }, 'replicas'],
    ['a password among settings', { services: { linker: { settings: { PASSWORD: 'x' } } } }, 'PASSWORD'],
    [
      'more pseudonymisers than partitions',
      { services: { pseudonymiser: { autoscaling: { maxReplicas: 9 } } } },
      'maxReplicas',
    ],
  ])('refuses %s, and says what to set', async (_, values, said) => {
    const file = files.write('refused.json', values);
    await expect(render(helm, { values: [programme, file] })).rejects.toThrow(said);
  });

  it('has as many partitions of accepted files as the schema allows pseudonymisers', () => {
    const topics = JSON.parse(
      readFileSync(join(repository, 'deploy/k8s/kafka/topics.json'), 'utf8'),
    ) as Tree[];
    const schema = JSON.parse(
      readFileSync(join(repository, 'deploy/k8s/kinledger/values.schema.json'), 'utf8'),
    );
    expect(
      schema.properties.services.properties.pseudonymiser.properties.autoscaling.properties.maxReplicas
        .maximum,
    ).toBe(topics.find(({ name }) => name === 'intake.internal.file-accepted.1').partitions);
  });
});

const variablesOf = (schema: ConfigSchema): string[] =>
  Object.values(schema).flatMap((entry) => (isVariable(entry) ? [entry.name] : variablesOf(entry)));
