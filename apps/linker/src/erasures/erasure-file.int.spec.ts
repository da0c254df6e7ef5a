import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandId, Erasure } from '@kinledger/contracts';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ErasureFile } from './erasure-file.js';

const erasure = (record: string) => ({
  stream: 'programme-leap',
  basis: 'request',
  records: [record.padEnd(32, '0')],
  erasedAt: '2024-04-02T10:00:00Z',
});
const line = (record: string) => `${JSON.stringify(erasure(record))}\n`;

describe('the list of erasures as a file', () => {
  let folder: string;
  let file: string;
  let unreadable: number[];
  let list: ErasureFile;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-erasures-'));
    file = join(folder, 'erasures.jsonl');
    unreadable = [];
    // Reading the list needs no database.
    const options = { file, eraserUrl: inject('postgresUrl') };
    list = new ErasureFile({ ...options, onUnreadable: (number) => unreadable.push(number) });
  });
  afterEach(async () => {
    await list.close();
    rmSync(folder, { recursive: true });
  });

  it('may be absent, and is read again when it changes', async () => {
    expect(await list.list()).toEqual({ erasures: [], lines: 0 });
    writeFileSync(file, line('a1'));
    const first = await list.list();
    expect(first).toEqual({ erasures: [erasure('a1')], lines: 1 });
    expect(await list.list()).toBe(first);
    appendFileSync(file, line('b2'));
    expect(await list.list()).toEqual({ erasures: [erasure('a1'), erasure('b2')], lines: 2 });
  });

  it('reports an unreadable line once, by its number, and reads on after it', async () => {
    writeFileSync(file, `${line('a1')}{"stream":\n${line('b2')}`);
    expect(await list.list()).toEqual({ erasures: [erasure('a1'), erasure('b2')], lines: 3 });
    appendFileSync(file, `{"half":`);
    // A line without an end is still being written.
    expect((await list.list()).lines).toBe(3);
    appendFileSync(file, `1}\n`);
    expect((await list.list()).lines).toBe(4);
    expect(unreadable).toEqual([2, 4]);
  });

  it('appends a whole erasure with access for its owner only, even after an incomplete line', async () => {
    const one = { ...erasure('a1'), command: 'c-1', by: 'operator' } as Erasure;
    await list.append(one);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await list.list()).toEqual({ erasures: [one], lines: 1 });
    appendFileSync(file, '{"half":');
    await list.append({ ...one, command: 'c-2' as CommandId });
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      JSON.stringify(one),
      '{"half":',
      JSON.stringify({ ...one, command: 'c-2' }),
      '',
    ]);
  });
});
