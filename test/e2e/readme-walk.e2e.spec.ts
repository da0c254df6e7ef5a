import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

const platform = new RunningPlatform();

/** The commands of the README's walk, with files in the home instead of the working directory. */
const walk = readFileSync('README.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('npm run -s kinledger -- '))
  .map((line) =>
    line
      .split(' ')
      .slice(5)
      .map((part) => (/^files(\/|$)/.test(part) ? join(platform.installation.home, part) : part)),
  );

describe('the README’s walk, in a home with a demo’s data', () => {
  beforeAll(async () => {
    await platform.installation.json(
      ...['demo', '--once', '--people', '200', '--quarters', '2', ...fewDatasets],
    );
    await platform.start();
  });
  afterAll(() => platform.stop());

  it('generates and submits files and prints figures', async () => {
    expect(walk.map(([command]) => command)).toEqual(['generate', 'submit', 'figures']);
    for (const args of walk) {
      const { code, stderr } = await platform.installation.run(...args);
      expect({ args, code, stderr }).toMatchObject({ code: 0 });
    }
  });

  it('leaves a home in which the demo starts again', async () => {
    await platform.halt();
    await platform.installation.json('demo', '--once');
  });
});
