import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform, type ProgrammeFile } from '../e2e/running-platform.js';
import { pythonTools } from './python-tools.js';
import { fewDatasets } from '../support/few-datasets.js';

const run = promisify(execFile);
const tools = await pythonTools();
const absent = 'absent' in tools ? ` (absent: ${tools.absent})` : '';
const SEED = '20260401';
const EXAMPLES = 30;

const platform = new RunningPlatform();
beforeAll(async () => {
  await platform.start('standards');
  const folder = join(platform.installation.home, 'programme');
  const made = await platform.installation.run(
    ...[
      'generate',
      '--out',
      folder,
      '--people',
      '60',
      '--quarters',
      '2',
      '--seed',
      'standards',
      ...fewDatasets,
    ],
  );
  expect(made).toMatchObject({ code: 0 });
  // The command writes this manifest; only the members read here are typed.
  const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    readonly files: readonly ProgrammeFile[];
  };
  const submitted = [];
  for (const file of files.slice(0, 4)) submitted.push(await platform.submit(folder, file));
  for (const { id } of submitted) await platform.until(id, 'linked');
});
afterAll(() => platform.stop());

/** Schemathesis's own list of refusals, and 414: an address may be too long before anybody reads it. */
const refusals = [400, 401, 403, 404, 405, 406, 409, 414, 415, 422, 428, 429, '5xx'];
const configuration = `[checks]\nnegative_data_rejection.expected-statuses = ${JSON.stringify(refusals)}\n`;

describe.each(['ingest', 'reporting-api', 'projector'] as const)('the OpenAPI document of %s', (service) => {
  const url = () => `${platform.connected.services[service]}/openapi.json`;
  const document = async () => (await fetch(url())).text();

  it('passes spectral', async () => {
    const linter = new spectral.Spectral();
    linter.setRuleset({ extends: [[rulesets.oas as never, 'recommended']] });
    const found = await linter.run(JSON.parse(await document()) as Record<string, unknown>);
    expect(found.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)).toEqual([]);
  });

  it('passes redocly', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({ source: await document(), config });
    expect(
      found.map(({ ruleId, location, message }) => `${ruleId} ${location[0]?.pointer ?? ''}: ${message}`),
    ).toEqual([]);
  });
});

// Requests to the projector start rebuilds and recounts, which the hostile requests do too.
describe.each(['ingest', 'reporting-api'] as const)('the OpenAPI document of %s', (service) => {
  const url = () => `${platform.connected.services[service]}/openapi.json`;

  it.skipIf('absent' in tools)(`describes the service’s behaviour, by schemathesis${absent}`, async () => {
    if ('absent' in tools) throw new Error(tools.absent);
    writeFileSync(join(platform.installation.home, 'schemathesis.toml'), configuration);
    const said = await run(
      tools.schemathesis,
      [
        ...['run', url(), '--header', `Authorization: Bearer ${platform.connected.tokens.dataTeam}`],
        // A schema cannot express that a period, a scope or a file has to exist.
        ...['--exclude-checks', 'positive_data_acceptance'],
        ...['--checks', 'all', '--max-examples', String(EXAMPLES), '--seed', SEED, '--no-color'],
        ...['--phases', 'examples,coverage,fuzzing,stateful', '--suppress-health-check', 'all'],
        ...['--generation-database', 'none'],
      ],
      { cwd: platform.installation.home, maxBuffer: 64 * 1024 * 1024 },
    ).then(
      () => 'clean',
      (error: unknown) =>
        error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error),
    );
    expect(said).toBe('clean');
  });
});
