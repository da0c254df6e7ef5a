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
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { growingPrivateFile, requireWritable, writePrivateFile, writePrivateFiles } from './private-file.js';

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

  it('is not replaced where another of the files cannot be written', async () => {
    writeFileSync(file, 'old');
    const noFolder = join(folder, 'missing', 'pairs.csv');
    const one = { file, parts: ['one'] };
    await expect(writePrivateFiles([one, { file: noFolder, parts: ['two'] }])).rejects.toThrow(
      `${noFolder} cannot be written (ENOENT)`,
    );
    const broken = (function* () {
      yield 'a part';
      throw new Error('no more');
    })();
    const other = { file: join(folder, 'pairs.csv'), parts: broken };
    await expect(writePrivateFiles([one, other])).rejects.toThrow('no more');
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['old', ['errors.csv']]);
  });

  it('can be asked whether it could be written, and stays as it is', () => {
    writeFileSync(file, 'old');
    requireWritable(file);
    expect(() => requireWritable(join(folder, 'missing', 'pairs.csv'))).toThrow('(ENOENT)');
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['old', ['errors.csv']]);
  });

  it('listens to signals only while it is unfinished', () => {
    const before = process.listenerCount('SIGTERM');
    const [first, second] = [growingPrivateFile(file), growingPrivateFile(join(folder, 'pairs.csv'))];
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    first.finish();
    first.discard();
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    second.discard();
    expect(process.listenerCount('SIGTERM')).toBe(before);
    expect(readdirSync(folder)).toEqual(['errors.csv']);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing behind after %s', (signal) => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    try {
      const growing = growingPrivateFile(file);
      growing.write('a part');
      process.emit(signal, signal);
      expect(readdirSync(folder)).toEqual([]);
      expect(kill.mock.calls).toEqual([[process.pid, signal]]);
    } finally {
      kill.mockRestore();
    }
  });
});
