/**
 * `npm run mutants -- --part P --sample N`: mutation tests. `--help` says more.
 * The harness is TypeScript that runs from source, like the tests.
 */
import process from 'node:process';
import { runnerImport } from 'vite';

const conditions = ['@kinledger/source', 'node'];
const { module } = await runnerImport('./test/mutants/long-run.ts', {
  configFile: false,
  logLevel: 'error',
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
process.exitCode = (await module.run(process.argv.slice(2))) === 0 ? 0 : 1;
