import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const built = pathToFileURL(join(import.meta.dirname, '../../apps/cli/dist/output/private-file.js')).href;

describe('private files of a command that is interrupted', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-interrupted-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('are gone after %s', async (signal) => {
    const program = `
      import { writePrivateFiles } from ${JSON.stringify(built)};
      function* endless() { for (;;) yield 'a part'; }
      const files = ['links.csv', 'pairs.csv'].map((name) => ({ file: name, parts: endless() }));
      await writePrivateFiles(files);`;
    const writing = spawn(process.execPath, ['--input-type=module', '-e', program], {
      ...{ cwd: folder, stdio: 'inherit' },
    });
    const ended = once(writing, 'exit');
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(2), { timeout: 60_000 });
    writing.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
