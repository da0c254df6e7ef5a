import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunningPlatform } from '../e2e/running-platform.js';
import { compareAnswers, type Comparison } from './differences.js';
import { askOracle } from './oracle-answer.js';
import { askProduct } from './product-answer.js';
import { fewDatasets } from '../support/few-datasets.js';

export interface ProgrammeSize {
  readonly people: number;
  readonly quarters: number;
}

const programme = fileURLToPath(new URL('../../programmes/leap', import.meta.url));

/**
 * Generates a programme, loads it into a fresh platform, has the oracle read it, and compares. The seed determines
 * programme and keys, so differences are reproducible.
 */
export async function compareProgramme(size: ProgrammeSize, seed: string): Promise<Comparison> {
  const platform = new RunningPlatform();
  try {
    await platform.start(seed);
    const { home } = platform.installation;
    const files = join(home, 'programme');
    const sizes = [
      '--people',
      String(size.people),
      '--quarters',
      String(size.quarters),
      '--seed',
      seed,
      ...fewDatasets,
    ];
    const { code, stderr } = await platform.installation.run('generate', '--out', files, ...sizes);
    if (code !== 0) throw new Error(`no programme was generated: ${stderr}`);
    const saltFile = join(home, 'secrets', 'op-leap-salt');
    const [product, oracle] = await Promise.all([
      askProduct(platform, files),
      askOracle({ programme, files, saltFile }),
    ]);
    return await compareAnswers(product, oracle);
  } finally {
    await platform.stop();
  }
}
