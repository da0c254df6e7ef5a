import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { podOf, type KubernetesObject, type Tree } from './rendering.ts';

export interface PodEnvironmentOptions {
  readonly objects: readonly KubernetesObject[];
  readonly workload: KubernetesObject;
  /** What `kinledger install keys` wrote. */
  readonly keys: string;
  /** Folder of the keys for a namespace. */
  readonly zoneOf: (namespace: string) => string;
  /** A new folder, which becomes the root of the pod's volumes. */
  readonly root: string;
  /** Secrets and ConfigMaps that others make: content by name and key. */
  readonly others: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Does for a pod what a node does before it starts a container: writes the files of its volumes below a folder, and
 * resolves its variables. Paths in variables that lead to a volume lead to that folder.
 * @throws Error if a Secret, a ConfigMap or a key of one does not exist.
 */
export function podEnvironment(options: PodEnvironmentOptions): Record<string, string> {
  const { workload, root } = options;
  const pod = podOf(workload);
  const [container] = pod.containers as Tree[];
  const mounts = (container.volumeMounts as Tree[]).map(({ name, mountPath }) => {
    const volume = (pod.volumes as Tree[]).find((each) => each.name === name);
    if (volume === undefined) throw new Error(`${workload.metadata.name} has no volume ${String(name)}`);
    writeVolume(options, volume, join(root, mountPath as string));
    return mountPath as string;
  });
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env as Tree[]) {
    if (name in environment) throw new Error(`${workload.metadata.name} sets ${String(name)} twice`);
    const text =
      valueFrom === undefined
        ? String(value)
        : secretOf(options, valueFrom.secretKeyRef.name)[valueFrom.secretKeyRef.key];
    if (text === undefined) throw new Error(`no key for ${String(name)}`);
    environment[name] = located(expanded(text, environment), mounts, root);
  }
  return environment;
}

/** $(NAME) of an earlier variable. */
const expanded = (text: string, environment: Readonly<Record<string, string>>): string =>
  text.replace(/\$\((\w+)\)/g, (whole, name: string) => environment[name] ?? whole);

const located = (text: string, mounts: readonly string[], root: string): string =>
  mounts.reduce((moved, mount) => moved.replaceAll(mount, join(root, mount)), text);

function writeVolume(options: PodEnvironmentOptions, volume: Tree, to: string): void {
  mkdirSync(to, { recursive: true });
  const content = contentOf(options, volume);
  const source = volume.secret ?? volume.configMap;
  const items = (source?.items ?? Object.keys(content).map((key) => ({ key, path: key }))) as Tree[];
  for (const { key, path } of items) {
    const text = content[key as string];
    if (text === undefined) throw new Error(`${String(volume.name)} has no key ${String(key)}`);
    mkdirSync(dirname(join(to, path as string)), { recursive: true });
    writeFileSync(join(to, path as string), text, { mode: source.defaultMode ?? 0o644 });
  }
  if (volume.persistentVolumeClaim !== undefined && volume.name === 'programme')
    cpSync('programmes/leap', to, { recursive: true });
}

function contentOf(
  options: PodEnvironmentOptions,
  volume: Tree,
): Readonly<Record<string, string | undefined>> {
  if (volume.secret !== undefined) return secretOf(options, volume.secret.secretName as string);
  if (volume.configMap !== undefined) return configMapOf(options, volume.configMap.name as string);
  return {};
}

function configMapOf({ objects, workload, others }: PodEnvironmentOptions, name: string) {
  const found = objects.find(
    ({ kind, metadata }) =>
      kind === 'ConfigMap' && metadata.name === name && metadata.namespace === workload.metadata.namespace,
  );
  const data = found?.data ?? others[name];
  if (data === undefined) throw new Error(`there is no ConfigMap ${name} in ${workload.metadata.namespace}`);
  return data;
}

function secretOf(
  { workload, keys, zoneOf, others }: PodEnvironmentOptions,
  name: string,
): Readonly<Record<string, string | undefined>> {
  const folder = join(keys, zoneOf(workload.metadata.namespace), name);
  if (existsSync(folder))
    return Object.fromEntries(
      readdirSync(folder).map((key) => [key, readFileSync(join(folder, key), 'utf8')]),
    );
  const content = others[name];
  if (content === undefined)
    throw new Error(`nobody makes the Secret ${name} of ${workload.metadata.namespace}`);
  return content;
}
