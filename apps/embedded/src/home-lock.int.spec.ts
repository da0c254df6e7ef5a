import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHomeInUse, lockHome } from './home-lock.js';

let directory: string;
let lockFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kinledger-home-'));
  lockFile = join(directory, 'launcher.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const refused = (): unknown => {
  try {
    lockHome(lockFile, directory);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('a home', () => {
  it('can be locked by one launcher at a time, and again once released', () => {
    const release = lockHome(lockFile, directory);
    const error = refused();
    expect(isHomeInUse(error) && error.pid).toBe(process.pid);
    expect(String(error)).toContain('stop it first, or set KINLEDGER_HOME');
    release();
    lockHome(lockFile, directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('cannot be locked while another live process holds the lock', () => {
    const sleeper = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    try {
      writeFileSync(lockFile, JSON.stringify({ pid: sleeper.pid }));
      expect(isHomeInUse(refused())).toBe(true);
    } finally {
      sleeper.kill('SIGKILL');
    }
  });

  it.each([
    ['whose launcher was killed', () => JSON.stringify({ pid: spawnSync(process.execPath, ['-e', '']).pid })],
    ['whose launcher’s process id was used again', () => JSON.stringify({ pid: process.pid, began: '1' })],
    ['with a torn lock', () => '{"pid":'],
  ])('%s can be locked', (_, content) => {
    writeFileSync(lockFile, content());
    const release = lockHome(lockFile, directory);
    expect(isHomeInUse(refused())).toBe(true);
    release();
    expect(existsSync(lockFile)).toBe(false);
  });
});
