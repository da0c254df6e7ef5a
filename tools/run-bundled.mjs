/** Loaded with Node's `--import`: runs the bundles of programs that `tools/bundle-programs.mjs` made. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { bundledPrograms } from './bundled-programs.mjs';

const bundles = new Map(Object.entries(JSON.parse(readFileSync(bundledPrograms, 'utf8'))));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    const bundle = bundles.get(found.url);
    return bundle === undefined ? found : { ...found, url: bundle };
  },
});
