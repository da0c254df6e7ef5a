import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePrivateFile } from './private-file.js';

describe('a private file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-private-'));
    file = join(folder, 'errors.csv');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const mode = () => statSync(file).mode & 0o777;

  it('is readable by its owner only, even if it replaces a file that everybody could read', () => {
    writePrivateFile(file, 'one');
    expect([readFileSync(file, 'utf8'), mode()]).toEqual(['one', 0o600]);
    writeFileSync(file, 'old');
    chmodSync(file, 0o644);
    writePrivateFile(file, 'two');
    expect([readFileSync(file, 'utf8'), mode()]).toEqual(['two', 0o600]);
    expect(readdirSync(folder)).toEqual(['errors.csv']);
  });

  it.each([
    ['leads to a file', 'target'],
    ['leads nowhere', 'nothing'],
  ])('is never written through a link that %s', (_, target) => {
    writeFileSync(join(folder, 'target'), 'theirs');
    symlinkSync(join(folder, target), file);
    expect(() => writePrivateFile(file, 'ours')).toThrow('is a link');
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('theirs');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it('does not replace a folder', () => {
    mkdirSync(file);
    expect(() => writePrivateFile(file, 'ours')).toThrow('is a folder');
  });
});
