/**
 * `node deploy/images/assemble.mjs TARGET FOLDER`: writes the production file set of an image into a new folder, from a
 * checkout in which `npm ci` and `npm run build` have run. The Dockerfile calls it, and so do the tests.
 *
 * The set is the workspace of the target, what its package.json files depend on, transitively, and nothing else: no
 * development dependency, test, declaration, source map of a dependency, or package manager. `sbom.cdx.json` in it is
 * the CycloneDX bill of materials of exactly these packages, as npm writes it from the lock file.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The workspaces of each image. */
export const targets = {
  ingest: ['apps/ingest'],
  pseudonymiser: ['apps/pseudonymiser'],
  linker: ['apps/linker'],
  projector: ['apps/projector'],
  'reporting-api': ['apps/reporting-api'],
  // Migrations and the command line.
  tools: ['apps/cli'],
};

const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** The folder of a package as Node finds it from another package, relative to the checkout; undefined if absent. */
function resolvePackage(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(root, candidate, 'package.json')))
      return relative(root, realpathSync(join(root, candidate)));
    if (at === '.' || at === '') return undefined;
  }
}

/** Every package that the workspaces need when they run, by folder. @throws Error if one is not installed. */
export function productionPackages(workspaces) {
  const found = new Set();
  const pending = [...workspaces];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifestOf(folder);
    const optional = new Set([
      ...Object.keys(optionalDependencies ?? {}),
      // A peer that somebody else brings is used where it is there; it is not fetched for this package.
      ...Object.keys(peerDependenciesMeta ?? {}).filter((name) => peerDependenciesMeta[name].optional),
    ]);
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !optional.has(name));
    const wanted = [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
    for (const name of new Set(wanted)) {
      const resolved = resolvePackage(name, folder);
      if (resolved !== undefined) pending.push(resolved);
      else if (!optional.has(name)) throw new Error(`${folder} needs ${name}, which is not installed`);
    }
  }
  return [...found].sort();
}

const isOurs = (folder) => !folder.split(sep).includes('node_modules');
const isTest = /(\.(spec|features|fixture|testing)\.js|[/\\](testing|contract)[/\\]|[/\\]testing\.js)/;
const ourFolders = ['dist', 'bin', 'views', 'assets', 'migrations', 'functions'];

/** Copies a workspace: what was compiled from its sources of today, and the files that it reads. */
function copyWorkspace(folder, to) {
  mkdirSync(join(to, folder), { recursive: true });
  cpSync(join(root, folder, 'package.json'), join(to, folder, 'package.json'));
  for (const part of ourFolders.filter((name) => existsSync(join(root, folder, name))))
    cpSync(join(root, folder, part), join(to, folder, part), {
      recursive: true,
      filter: (path) => part !== 'dist' || lstatSync(path).isDirectory() || isCompiled(folder, path),
    });
}

/** A map stays with its file, so that a stack trace names our sources. */
function isCompiled(folder, path) {
  const code = path.replace(/\.map$/, '');
  const name = relative(join(root, folder, 'dist'), code);
  if (!name.endsWith('.js') || isTest.test(`${sep}${name}`)) return false;
  return existsSync(join(root, folder, 'src', name.replace(/js$/, 'ts')));
}

/** Types, sources in TypeScript (which Node does not run from node_modules) and maps to them. */
const unused = /\.([cm]?ts|[cm]?[jt]s\.map|tsbuildinfo)$/;

/** Copies an installed package without the packages inside it, which are copied where something needs them. */
function copyPackage(folder, to) {
  const nested = join(root, folder, 'node_modules');
  cpSync(join(root, folder), join(to, folder), {
    recursive: true,
    filter: (path) => path !== nested && !unused.test(basename(path)),
  });
}

let everything;
/** npm's bill of materials of all workspaces, read from the lock file once. */
function billOfEverything() {
  everything ??= JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    }),
  );
  return everything;
}

const referenceOf = (folder) => {
  const { name, version } = manifestOf(folder);
  return `${name}@${version}`;
};

/**
 * The part of npm's bill of materials that a file set holds, without the moment at which it was made: the same sources
 * give the same bytes.
 * @throws Error if npm does not list a package of the set.
 */
function billOfMaterials(target, packages) {
  const { components, dependencies, metadata, ...document } = billOfEverything();
  const held = new Set(packages.map(referenceOf));
  const subject = `kinledger-${target}@${metadata.component.version}`;
  const kept = components.filter((component) => held.has(component['bom-ref']));
  const listed = new Set(kept.map((component) => component['bom-ref']));
  const unlisted = [...held].find((reference) => !listed.has(reference));
  if (unlisted !== undefined) throw new Error(`npm does not list ${unlisted} among the production packages`);
  const { timestamp: _, ...origin } = metadata;
  const { serialNumber: __, ...head } = document;
  return {
    ...head,
    metadata: {
      ...origin,
      component: {
        ...metadata.component,
        'bom-ref': subject,
        type: 'application',
        name: `kinledger-${target}`,
        purl: `pkg:npm/${subject}`,
      },
    },
    components: kept,
    dependencies: [
      { ref: subject, dependsOn: targets[target].map(referenceOf) },
      ...dependencies
        .filter(({ ref }) => held.has(ref))
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => held.has(other)) })),
    ],
  };
}

/** Writes the file set of a target into a new folder. @returns the folders of its packages. */
export function assemble(target, to) {
  const workspaces = targets[target];
  if (workspaces === undefined) throw new Error(`the targets are ${Object.keys(targets).join(', ')}`);
  if (existsSync(to) && readdirSync(to).length > 0) throw new Error(`${to} is not empty`);
  const packages = productionPackages(workspaces);
  for (const folder of packages) {
    if (!isOurs(folder)) copyPackage(folder, to);
    else {
      copyWorkspace(folder, to);
      const link = join(to, 'node_modules', manifestOf(folder).name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(to, folder)), link);
    }
  }
  writeFileSync(
    join(to, 'sbom.cdx.json'),
    `${JSON.stringify(billOfMaterials(target, packages), undefined, 1)}\n`,
  );
  return packages;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [target = '', folder = ''] = process.argv.slice(2);
  const packages = assemble(target, folder);
  console.log(`${target}: ${packages.length} packages in ${folder}`);
}
