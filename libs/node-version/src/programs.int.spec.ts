import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const programs = [
  'apps/cli/bin/kinledger.js',
  'tools/kafka/dist/main.js',
  ...readdirSync(join(root, 'apps')).map((app) => `apps/${app}/dist/main.js`),
];

/** An older Node on the machine's path, where npm puts its own Node first. */
const older = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((node) => {
    try {
      return Number.parseInt(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })) < 24;
    } catch {
      return false;
    }
  });
const absent = older === undefined ? ' (absent: no older Node on this machine)' : '';

describe('on an older Node', () => {
  it.skipIf(older === undefined).each(programs)(`%s ends with one sentence${absent}`, (program) => {
    const { status, stdout, stderr } = spawnSync(older ?? '', [join(root, program)], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('Kinledger needs Node 24 or later');
  });
});
