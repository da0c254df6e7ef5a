import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderOfRun, removeFolder } from '../../tools/folder-of-run.mjs';

let parent: string;
beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'kinledger-runs-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it('removes the folders of runs whose process is gone, and leaves those of others', () => {
  const { pid: gone } = spawnSync(process.execPath, ['--version']);
  const left = [`kinledger-test-${process.ppid}-b`, 'kinledger-test-Ab12Cd', 'somebody-1-a'];
  for (const name of [`kinledger-test-${gone}-a`, ...left])
    mkdirSync(join(parent, name, 'inner'), { recursive: true });
  const folder = folderOfRun(parent);
  expect(readdirSync(parent).toSorted()).toEqual([folder.slice(parent.length + 1), ...left].toSorted());
  removeFolder(folder);
  expect(existsSync(folder)).toBe(false);
});
