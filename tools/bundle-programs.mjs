/**
 * Bundles the built programs of all apps, so that a process reads a dozen files instead of some thousand when it starts: a third
 * of the processor time of a platform's start. `tools/run-bundled.mjs` makes processes run the bundles.
 */
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { bundledPrograms } from './bundled-programs.mjs';

/** What a process or a thread runs first. A service's main.js only checks Node's version before it loads its program. */
const programs = [
  'apps/*/dist/program.js',
  'apps/embedded/dist/operations.js',
  'apps/*/dist/**/*-worker.js',
  'libs/file-linkage/dist/threads/crew-thread.js',
];

/** Packages that load files from beside themselves: threads and native code. */
const besideItself = /^(?:pino|thread-stream|piscina|@kurrent\/|@kurrentdb\/|@platformatic\/)/u;

/** Our modules find views, migrations and workers from where they are built, not from the bundle. */
const addresses = {
  name: 'addresses',
  transform: (code, file) =>
    code.includes('import.meta.url')
      ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
      : null,
};

/** Bundles into `node_modules/.cache`, anew each time, because a bundle must not be older than what was built. */
export async function bundlePrograms() {
  const folder = fileURLToPath(new URL('./', bundledPrograms));
  rmSync(folder, { recursive: true, force: true });
  const files = globSync(programs, { exclude: ['**/*-in-worker.js'] }).toSorted();
  const nameOf = (file) => file.replaceAll('/', '-').replace(/\.js$/u, '');
  const bundle = await rolldown({
    input: Object.fromEntries(files.map((file) => [nameOf(file), resolve(file)])),
    platform: 'node',
    external: (id) => besideItself.test(id) || id.endsWith('.node'),
    plugins: [addresses],
    // Nest asks for packages that are absent, and does without. What a program needs fails when it is loaded.
    onLog: (level, log) => {
      if (log.code !== 'UNRESOLVED_IMPORT' && level !== 'info') console.error(log.message);
    },
  });
  await bundle.write({
    dir: folder,
    format: 'esm',
    keepNames: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  await bundle.close();
  const addressOf = (file) => pathToFileURL(resolve(file)).href;
  const bundled = files.map((file) => [addressOf(file), addressOf(join(folder, `${nameOf(file)}.mjs`))]);
  writeFileSync(bundledPrograms, JSON.stringify(Object.fromEntries(bundled)));
}
