import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataDirectory } from './data-directory.js';

const isRoot = process.getuid?.() === 0;
const STRANGER = 12_345;
let temporary: string;
const made = new Set<string>();

beforeEach(() => {
  temporary = mkdtempSync('/tmp/kinledger-data-');
  chmodSync(temporary, 0o1777);
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of [temporary, ...made]) rmSync(folder, { recursive: true, force: true });
  made.clear();
});

/** What a start does first: makes the private folder, and asks where the data is. */
function start(home: string): string {
  mkdirSync(join(home, 'postgres'), { recursive: true, mode: 0o700 });
  const data = dataDirectory(join(home, 'postgres'));
  made.add(data);
  return data;
}

/** Data of a database, in short. */
const fill = (data: string) => writeFileSync(join(data, 'PG_VERSION'), '18\n');
const foldersBeside = (home: string) =>
  readdirSync(temporary).filter((name) => join(temporary, name) !== home);

describe.runIf(isRoot)('the data directory of root’s server (skipped unless root runs the tests)', () => {
  it('is in the folder for temporary files for a home in it, and the same at each start', () => {
    const home = join(temporary, 'home');
    const data = start(home);
    expect(dirname(data)).toBe(temporary);
    fill(data);
    expect(start(home)).toBe(data);
    expect(readdirSync(data)).toEqual(['PG_VERSION']);
  });

  it('is one, and empty, after the home’s folder was deleted', () => {
    const home = join(temporary, 'home');
    const data = start(home);
    fill(data);
    rmSync(join(home, 'postgres'), { recursive: true });
    expect(start(home)).toBe(data);
    expect(foldersBeside(home)).toHaveLength(1);
    expect(readdirSync(data)).toEqual([]);
  });

  it('is the system’s if the folder for temporary files is private, and is one there too', () => {
    chmodSync(temporary, 0o700);
    const home = join(temporary, 'home');
    const data = start(home);
    expect(dirname(data)).toBe('/var/lib/kinledger');
    fill(data);
    rmSync(join(home, 'postgres'), { recursive: true });
    expect(start(home)).toBe(data);
    expect(readdirSync(data)).toEqual([]);
  });

  it('is the system’s if a folder above is private, or lets others replace what is in it', () => {
    for (const mode of [0o700, 0o777]) {
      const inner = join(temporary, `inner-${mode}`);
      mkdirSync(inner, { mode: 0o755 });
      chmodSync(temporary, mode);
      vi.stubEnv('TMPDIR', inner);
      expect(dirname(start(join(inner, 'home')))).toBe('/var/lib/kinledger');
    }
  });

  it('of a copied home is its own', () => {
    const original = join(temporary, 'original');
    const data = start(original);
    fill(data);
    const copy = join(temporary, 'copy');
    cpSync(original, copy, { recursive: true });
    expect(start(copy)).not.toBe(data);
    expect(start(original)).toBe(data);
    expect(existsSync(join(data, 'PG_VERSION'))).toBe(true);
  });

  it('is refused where a link or another account’s folder has its name, and nothing is deleted', () => {
    const home = join(temporary, 'home');
    const data = start(home);
    const elsewhere = join(temporary, 'elsewhere');
    mkdirSync(elsewhere);
    fill(elsewhere);
    for (const isFirstStart of [true, false]) {
      rmSync(data, { recursive: true, force: true });
      symlinkSync(elsewhere, data);
      if (isFirstStart) rmSync(join(home, 'postgres'), { recursive: true });
      else writeFileSync(join(home, 'postgres', 'data-directory'), `${data}\n`);
      expect(() => start(home)).toThrow(/is a link, a file or another account’s/);
      rmSync(data);
      mkdirSync(data);
      fill(data);
      chownSync(data, STRANGER, STRANGER);
      expect(() => start(home)).toThrow(/delete it, and start again/);
      expect(readFileSync(join(data, 'PG_VERSION'), 'utf8')).toBe('18\n');
    }
    expect(readdirSync(elsewhere)).toEqual(['PG_VERSION']);
  });
});
