import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appendLines, erasureLines } from './erasure-list.js';

const asked = {
  stream: 'programme-leap',
  basis: 'data-subject-request',
  erasedAt: '2024-04-02T10:00:00.000Z',
};
const id = (number: number) => number.toString(16).padStart(32, '0');

describe('lines of the list of erasures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-erasures-'));
  const file = join(folder, 'erasures.jsonl');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('name each record once, 2,000 a line', () => {
    const records = Array.from({ length: 2001 }, (_, number) => id(number));
    const lines = erasureLines({ ...asked, records: [...records, id(7)] });
    const named = lines.map((line) => (JSON.parse(line) as { records: string[] }).records);
    expect(named.map(({ length }) => length)).toEqual([2000, 1]);
    expect(named.flat()).toEqual(records);
  });

  it('are refused where an id or a basis is none, without saying it again', () => {
    const wrong = () => erasureLines({ ...asked, records: [id(1), 'Amara Okafor'] });
    expect(wrong).toThrow('record 2 is no record id');
    expect(wrong).not.toThrow('Amara');
    expect(() => erasureLines({ ...asked, basis: 'She asked', records: [id(1)] })).toThrow('--basis');
    expect(() => erasureLines({ ...asked, records: [] })).toThrow('--record');
  });

  it('are appended whole and for their owner alone, also behind a line that was interrupted', () => {
    expect(appendLines(file, ['one'])).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'one\n{"half":');
    expect(appendLines(file, ['two', 'three'])).toBe(4);
    expect(readFileSync(file, 'utf8')).toBe('one\n{"half":\ntwo\nthree\n');
  });
});
