import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
export const repository = fileURLToPath(new URL('../../', import.meta.url));
export const chart = join(repository, 'deploy/k8s/kinledger');
export const exampleOf = (name: string): string => join(chart, 'examples', `${name}.yaml`);
export const examples = ['trial', 'production', 'air-gapped'] as const;

/** Anything below an object of Kubernetes: read by path, changed by mutations. */
export type Tree = any;

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Tree;
  readonly data?: Readonly<Record<string, string>>;
}

export interface RenderOptions {
  /** Files of values, in order. */
  readonly values: readonly string[];
  /** As for an upgrade, not for a first installation. */
  readonly upgrade?: boolean;
}

/** Arguments of helm that name the chart and its values. */
const argumentsOf = ({ values, upgrade = false }: RenderOptions): string[] => [
  chart,
  ...values.flatMap((file) => ['--values', file]),
  ...(upgrade ? ['--is-upgrade'] : []),
];

/** Renders the chart. @throws Error with what helm says. */
export async function render(helm: string, options: RenderOptions): Promise<KubernetesObject[]> {
  const { stdout } = await run(helm, ['template', 'kinledger', ...argumentsOf(options)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

export const lint = (helm: string, options: RenderOptions) =>
  run(helm, ['lint', '--strict', ...argumentsOf(options)]);

/** Values of a programme and of what a test adds, as files that exist while the test runs. */
export class ValueFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'kinledger-values-'));

  write(name: string, values: object): string {
    const file = join(this.folder, name);
    writeFileSync(file, JSON.stringify(values));
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** What `kinledger install programme` writes for the example programme, but for this test only its outline. */
export const programmeValues = () => ({
  programme: {
    files: {
      'programme.json': readFileSync(join(repository, 'programmes/leap/programme.json'), 'utf8'),
      'datasets/sessions.json': readFileSync(
        join(repository, 'programmes/leap/datasets/sessions.json'),
        'utf8',
      ),
    },
  },
});

/** The pod template of a workload, or undefined for another object. */
export const podOf = (object: KubernetesObject): Tree => object.spec?.template?.spec;

/** Workloads of the chart's own, with pods. */
export const workloadsOf = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
  objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
