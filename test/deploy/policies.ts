import { allows, type Place } from './reachability.ts';
import { podOf, workloadsOf, type KubernetesObject, type Tree } from './rendering.ts';

/** A promise of the chart about any rendering: what breaks it, one sentence each. */
export type Policy = (objects: readonly KubernetesObject[]) => readonly string[];

const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata.namespace}/${metadata.name}`;
const containersOf = (object: KubernetesObject): Tree[] => [
  ...((podOf(object)?.initContainers ?? []) as Tree[]),
  ...((podOf(object)?.containers ?? []) as Tree[]),
];
const eachContainer = (
  objects: readonly KubernetesObject[],
  check: (container: Tree, object: KubernetesObject) => string | undefined,
): string[] =>
  workloadsOf(objects).flatMap((object) =>
    containersOf(object).flatMap((container) => {
      const fault = check(container, object);
      return fault === undefined ? [] : [`${nameOf(object)}: ${fault}`];
    }),
  );

/** Pod Security Standards, "restricted", and what the chart promises beyond them. */
const podSecurity: Policy = (objects) => [
  ...workloadsOf(objects).flatMap((object) => {
    const pod = podOf(object);
    const faults = [
      pod.securityContext?.runAsNonRoot === true && pod.securityContext.runAsUser > 0 ? '' : 'runs as root',
      pod.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? '' : 'has no seccomp profile',
      pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true
        ? 'shares a namespace of the node'
        : '',
      ((pod.volumes ?? []) as Tree[]).some((volume) => volume.hostPath !== undefined)
        ? 'mounts the node'
        : '',
    ];
    return faults.filter((fault) => fault !== '').map((fault) => `${nameOf(object)} ${fault}`);
  }),
  ...eachContainer(objects, ({ securityContext: its }) => {
    if (its?.allowPrivilegeEscalation !== false) return 'may gain privileges';
    if (its.privileged === true) return 'is privileged';
    if (its.runAsUser === 0 || its.runAsNonRoot === false) return 'runs as root';
    if (JSON.stringify(its.capabilities) !== '{"drop":["ALL"]}') return 'has capabilities';
    return its.readOnlyRootFilesystem === true ? undefined : 'can write to its image';
  }),
];

const noIdentity: Policy = (objects) => [
  ...objects
    .filter(({ kind }) => kind === 'ServiceAccount')
    .filter((account) => (account as Tree).automountServiceAccountToken !== false)
    .map((account) => `${nameOf(account)} mounts a token`),
  ...workloadsOf(objects)
    .filter((object) => podOf(object).automountServiceAccountToken !== false)
    .map((object) => `${nameOf(object)} mounts a token`),
  ...workloadsOf(objects)
    .filter((object) => {
      const account = podOf(object).serviceAccountName as string | undefined;
      return !objects.some(
        ({ kind, metadata }) =>
          kind === 'ServiceAccount' &&
          metadata.name === account &&
          metadata.namespace === object.metadata.namespace,
      );
    })
    .map((object) => `${nameOf(object)} uses an account that others use too`),
  ...objects
    .filter(({ kind }) => /Role/.test(kind))
    .map((role) => `${nameOf(role)} grants rights at the Kubernetes API`),
];

const limits: Policy = (objects) =>
  eachContainer(objects, ({ resources }) => {
    const { requests = {}, limits: most = {} } = resources ?? {};
    if (most.memory === undefined || requests.memory === undefined)
      return 'has no limit or request of memory';
    if (most['ephemeral-storage'] === undefined) return 'has no limit of disk';
    return requests.cpu === undefined ? 'requests no processor time' : undefined;
  });

const probes: Policy = (objects) =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((object) => {
      const [container] = containersOf(object);
      const path = (probe: string) => container[probe]?.httpGet?.path as string | undefined;
      const pod = podOf(object);
      const seconds = (name: string) =>
        Number(((container.env ?? []) as Tree[]).find((each) => each.name === name)?.value ?? 0);
      const grace = seconds('KINLEDGER_SHUTDOWN_GRACE_SECONDS');
      const drain = seconds('KINLEDGER_SHUTDOWN_DRAIN_SECONDS');
      const isCalled = ['ingest', 'projector', 'reporting-api'].includes(container.name as string);
      return [
        path('startupProbe') === '/health/live' ? '' : 'has no startup probe',
        path('livenessProbe') === '/health/live' ? '' : 'is not restarted when a consumer stands still',
        path('readinessProbe') === '/health/ready' ? '' : 'is not left out while it is not ready',
        pod.terminationGracePeriodSeconds > drain + grace ? '' : 'is killed before its own grace period ends',
        grace >= 20 ? '' : 'has too little time to finish its work',
        drain >= 5 || !isCalled ? '' : 'closes its port while it is still sent requests',
      ]
        .filter((fault) => fault !== '')
        .map((fault) => `${nameOf(object)} ${fault}`);
    });

/** A value that looks like a secret: a URL with a password that Kubernetes does not put in, a key, a long random text. */
const secretInClear = /:\/\/[^:/\s]+:(?!\$\()[^@/\s]+@|BEGIN [A-Z ]*PRIVATE KEY|password\s*[:=]\s*\S/i;
const noSecret: Policy = (objects) => [
  ...objects
    .filter(({ kind }) => kind === 'Secret')
    .map((object) => `${nameOf(object)} holds secrets in the release`),
  ...objects.flatMap((object) =>
    textsOf(object)
      .filter((text) => secretInClear.test(text))
      .map(() => `${nameOf(object)} shows a secret`),
  ),
];

const textsOf = (tree: unknown): string[] =>
  typeof tree === 'string'
    ? [tree]
    : typeof tree === 'object' && tree !== null
      ? Object.values(tree).flatMap(textsOf)
      : [];

const disruption: Policy = (objects) =>
  objects
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((object) => {
      const selector = JSON.stringify(object.spec.selector.matchLabels);
      const budget = objects.find(
        ({ kind, spec }) =>
          kind === 'PodDisruptionBudget' && JSON.stringify(spec.selector.matchLabels) === selector,
      );
      const keys = ((podOf(object).topologySpreadConstraints ?? []) as Tree[]).map(
        (each) => each.topologyKey as string,
      );
      return [
        budget === undefined ? `${nameOf(object)} has no budget of disruptions` : '',
        keys.includes('topology.kubernetes.io/zone') && keys.includes('kubernetes.io/hostname')
          ? ''
          : `${nameOf(object)} may run in one place only`,
        object.metadata.name.endsWith('-linker') && object.spec.strategy.rollingUpdate.maxSurge !== 0
          ? `${nameOf(object)} starts a third linker`
          : '',
      ].filter((fault) => fault !== '');
    });

/** One label of a pod's template for every place that a policy can name. */
function placesOf(objects: readonly KubernetesObject[]): {
  readonly ours: Place[];
  readonly others: Place[];
} {
  const ours = workloadsOf(objects).map((object) => ({
    name: object.metadata.name.replace(/-[0-9a-f]{8}$/, '').replace('kinledger-', ''),
    namespace: object.metadata.namespace,
    labels: object.spec.template.metadata.labels as Record<string, string>,
  }));
  const operated = objects.flatMap(({ kind, metadata }): Place[] => {
    if (kind === 'Cluster')
      return [
        {
          name: `database ${metadata.name.replace('kinledger-', '')}`,
          namespace: metadata.namespace,
          labels: { 'cnpg.io/cluster': metadata.name },
        },
      ];
    if (kind === 'Kafka')
      return [
        { name: 'kafka', namespace: metadata.namespace, labels: { 'strimzi.io/cluster': metadata.name } },
      ];
    return [];
  });
  const stranger = (name: string, namespace: string): Place => ({ name, namespace, labels: { app: name } });
  return {
    ours,
    others: [
      ...operated,
      stranger('gateway', 'gateway-system'),
      stranger('prometheus', 'monitoring'),
      stranger('dns', 'kube-system'),
      stranger('collector', 'observability'),
      stranger('stranger', 'default'),
      { name: 'mail server', namespace: '', labels: {}, address: '10.30.0.25' },
      { name: 'internet', namespace: '', labels: {}, address: '203.0.113.7' },
    ],
  };
}

const PORTS = [53, 80, 443, 587, 2113, 4318, 5432, 8080, 9093];

/** Every connection from or to a pod of ours that policies allow, as `from → to:port`. Names are resolved everywhere. */
export function connectionsOf(objects: readonly KubernetesObject[]): string[] {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const { ours, others } = placesOf(objects);
  const places = [...ours, ...others];
  return places.flatMap((from) =>
    places
      .filter((to) => to !== from && (ours.includes(from) || ours.includes(to)))
      .flatMap((to) =>
        PORTS.filter((port) => allows(policies, from, to, port)).map(
          (port) => `${from.name} → ${to.name}:${port}`,
        ),
      ),
  );
}

/** Who may connect to whom, whatever the values: anything else opens a zone. */
const permitted = [
  /^(ingest|pseudonymiser|migrate-restricted) → database restricted:5432$/,
  /^(linker|projector|reporting-api|migrate-platform) → database platform:5432$/,
  /^(ingest|pseudonymiser|linker|projector) → kafka:9093$/,
  /^(ingest|pseudonymiser|linker|projector|migrate-bus) → database bus:5432$/,
  /^gateway → (ingest|reporting-api):8080$/,
  /^prometheus → (ingest|pseudonymiser|linker|projector|reporting-api):8080$/,
  /^(ingest|pseudonymiser|linker|projector|reporting-api) → collector:4318$/,
  /^ingest → mail server:587$/,
  /^[a-z-]+ → dns:53$/,
];
/** Where the projector has pages to publish, the gateway reaches them. */
const publishedLedger = 'gateway → projector:8080';
const hasLedgerPages = (objects: readonly KubernetesObject[]) =>
  objects.some(({ kind, metadata }) => kind === 'HTTPRoute' && metadata.name === 'kinledger-projector');

const closedZones: Policy = (objects) =>
  connectionsOf(objects)
    .filter((connection) => !permitted.some((pattern) => pattern.test(connection)))
    .filter((connection) => connection !== publishedLedger || !hasLedgerPages(objects))
    .map((connection) => `the network lets ${connection}`);

/** Secrets that pods and other objects refer to, by namespace. */
export function secretsReferredTo(objects: readonly KubernetesObject[]): Set<string> {
  const found = new Set<string>();
  const visit = (tree: Tree, namespace: string): void => {
    if (typeof tree !== 'object' || tree === null) return;
    for (const [key, value] of Object.entries<Tree>(tree)) {
      if (key === 'secretName') found.add(`${namespace}/${String(value)}`);
      if ((key === 'secretKeyRef' || key === 'passwordSecret') && value?.name !== undefined)
        found.add(`${namespace}/${String(value.name)}`);
      visit(value, namespace);
    }
  };
  for (const object of objects) {
    visit(object.spec, object.metadata.namespace);
    for (const each of (object.spec?.secretTargetRef ?? []) as Tree[])
      found.add(`${object.metadata.namespace}/${String(each.name)}`);
  }
  return found;
}

/** A pod of one zone mounts and reads only secrets of its own service. */
const leastSecrets: Policy = (objects) =>
  workloadsOf(objects).flatMap((object) => {
    const service = object.metadata.name.replace('kinledger-', '');
    const mine: Readonly<Record<string, RegExp>> = {
      ingest: /^kinledger-(access|ingest-keys|database-ingest|kafka-ingest|mail|restricted-ca)$/,
      pseudonymiser:
        /^kinledger-(pseudonymiser-keys|database-pseudonymiser|kafka-pseudonymiser|restricted-ca)$/,
      linker:
        /^kinledger-(access|signing-key|database-linker|database-eraser|kafka-linker|kurrentdb|platform-ca)$/,
      projector: /^kinledger-(access|database-projector|kafka-projector|kurrentdb|platform-ca)$/,
      'reporting-api': /^kinledger-(access|database-reporting|platform-ca)$/,
    };
    const allowed = mine[service] ?? /^kinledger-(database-migrator|[a-z]+-ca)$/;
    return [...secretsReferredTo([object])]
      .map((path) => path.split('/')[1] ?? '')
      .filter((name) => !allowed.test(name))
      .map((name) => `${nameOf(object)} is given ${name}`);
  });

const keepsRecords: Policy = (objects) =>
  objects
    .filter(({ kind }) =>
      ['PersistentVolumeClaim', 'Cluster', 'Kafka', 'KafkaNodePool', 'KafkaTopic'].includes(kind),
    )
    .filter(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] !== 'keep')
    .map((object) => `${nameOf(object)} is deleted with the release`);

/** The promises, each with a change that breaks it. */
export const policies: Readonly<
  Record<string, { readonly check: Policy; readonly breaks: readonly ((objects: Tree[]) => void)[] }>
> = {
  'pods keep to Pod Security "restricted" with a read-only root': {
    check: podSecurity,
    breaks: [
      (objects) => (deployment(objects, 'linker').spec.template.spec.securityContext.runAsNonRoot = false),
      (objects) => (container(objects, 'ingest').securityContext.runAsUser = 0),
      (objects) => (container(objects, 'ingest').securityContext.readOnlyRootFilesystem = false),
      (objects) => delete container(objects, 'projector').securityContext.capabilities,
      (objects) => (container(objects, 'projector').securityContext.allowPrivilegeEscalation = true),
      (objects) =>
        deployment(objects, 'ingest').spec.template.spec.volumes.push({
          name: 'node',
          hostPath: { path: '/' },
        }),
    ],
  },
  'no pod has an identity at the Kubernetes API': {
    check: noIdentity,
    breaks: [
      (objects) => delete deployment(objects, 'linker').spec.template.spec.automountServiceAccountToken,
      (objects) => (object(objects, 'ServiceAccount', 'ingest').automountServiceAccountToken = true),
      (objects) => (deployment(objects, 'linker').spec.template.spec.serviceAccountName = 'default'),
    ],
  },
  'every container has limits': {
    check: limits,
    breaks: [
      (objects) => delete container(objects, 'reporting-api').resources.limits.memory,
      (objects) => delete container(objects, 'reporting-api').resources.limits['ephemeral-storage'],
      (objects) => delete container(objects, 'ingest').resources.requests.cpu,
    ],
  },
  'every service has its three probes, and time to finish its work': {
    check: probes,
    breaks: [
      (objects) => (container(objects, 'pseudonymiser').livenessProbe.httpGet.path = '/health/ready'),
      (objects) => delete container(objects, 'pseudonymiser').startupProbe,
      (objects) => (deployment(objects, 'linker').spec.template.spec.terminationGracePeriodSeconds = 25),
      (objects) => (deployment(objects, 'ingest').spec.template.spec.terminationGracePeriodSeconds = 30),
      (objects) => (variable(objects, 'linker', 'KINLEDGER_SHUTDOWN_GRACE_SECONDS').value = '2'),
      (objects) => (variable(objects, 'reporting-api', 'KINLEDGER_SHUTDOWN_DRAIN_SECONDS').value = '0'),
    ],
  },
  'no secret is in the release': {
    check: noSecret,
    breaks: [
      (objects) =>
        (variable(objects, 'ingest', 'KINLEDGER_RESTRICTED_URL').value =
          'postgres://kinledger_ingest:sesame@db/x'),
      (objects) =>
        objects.push({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'x', namespace: 'x', labels: {} },
        }),
    ],
  },
  'every service is spread, and survives the drain of a node': {
    check: disruption,
    breaks: [
      (objects) => objects.splice(objects.indexOf(object(objects, 'PodDisruptionBudget', 'linker')), 1),
      (objects) => deployment(objects, 'projector').spec.template.spec.topologySpreadConstraints.pop(),
      (objects) => (deployment(objects, 'linker').spec.strategy.rollingUpdate.maxSurge = 1),
    ],
  },
  'the network keeps the zones apart and lets nothing else out or in': {
    check: closedZones,
    breaks: [
      (objects) => objects.splice(objects.indexOf(object(objects, 'NetworkPolicy', 'closed')), 1),
      // The platform zone reaches the restricted one.
      (objects) =>
        object(objects, 'NetworkPolicy', 'ingest').spec.ingress[0].from.push({ namespaceSelector: {} }) &&
        object(objects, 'NetworkPolicy', 'reporting-api').spec.egress.push({
          to: [{ namespaceSelector: {} }],
        }),
      // The internet.
      (objects) =>
        object(objects, 'NetworkPolicy', 'pseudonymiser').spec.egress.push({
          to: [{ ipBlock: { cidr: '0.0.0.0/0' } }],
        }),
      (objects) =>
        object(objects, 'NetworkPolicy', 'linker').spec.ingress.push({ from: [{ namespaceSelector: {} }] }),
    ],
  },
  'a pod is given the secrets of its own service only': {
    check: leastSecrets,
    breaks: [
      (objects) => (volume(objects, 'ingest', 'keys').secret.secretName = 'kinledger-pseudonymiser-keys'),
      (objects) =>
        (volume(objects, 'projector', 'database-projector').secret.secretName = 'kinledger-database-eraser'),
    ],
  },
  'uninstalling deletes no data': {
    check: keepsRecords,
    breaks: [
      (objects) => delete object(objects, 'PersistentVolumeClaim', 'linker-records').metadata.annotations,
    ],
  },
};

const object = (objects: Tree[], kind: string, name: string): Tree => {
  const found = objects.find((each) => each.kind === kind && each.metadata.name === `kinledger-${name}`);
  if (found === undefined) throw new Error(`there is no ${kind} kinledger-${name} to change`);
  return found;
};
const deployment = (objects: Tree[], name: string): Tree => object(objects, 'Deployment', name);
const container = (objects: Tree[], name: string): Tree =>
  deployment(objects, name).spec.template.spec.containers[0];
const variable = (objects: Tree[], service: string, name: string): Tree =>
  container(objects, service).env.find((each: Tree) => each.name === name);
const volume = (objects: Tree[], service: string, name: string): Tree =>
  deployment(objects, service).spec.template.spec.volumes.find((each: Tree) => each.name === name);
