/**
 * `npm run alerts:drill`: faults on a running platform, until the alerts fire. `--help` says more.
 * The harness is TypeScript that runs from source, like the tests.
 */
import process from 'node:process';
import { runnerImport } from 'vite';

const conditions = ['@kinledger/source', 'node'];
const { module } = await runnerImport('./test/drill/alerts-drill.ts', {
  configFile: false,
  logLevel: 'error',
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
process.exitCode = (await module.run(process.argv.slice(2))) === 0 ? 0 : 1;
