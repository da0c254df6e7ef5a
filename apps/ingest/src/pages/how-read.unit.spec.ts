import { describe, expect, it } from 'vitest';
import { howRead } from './how-read.js';

describe('how a file was read', () => {
  const csv = { format: 'csv', encoding: 'utf-8', delimiter: ';', sheet: null, headerRow: 5 } as const;

  it.each([
    [csv, 'CSV in UTF-8 with semicolons, titles in row 5'],
    [{ ...csv, encoding: 'utf-16', delimiter: '\t' } as const, 'CSV in UTF-16 with tabs, titles in row 5'],
    [
      { ...csv, format: 'ods', delimiter: null, sheet: 2 } as const,
      'Workbook (.ods), sheet 2, titles in row 5',
    ],
    [{ ...csv, format: null, delimiter: null, headerRow: null } as const, 'CSV in UTF-8'],
  ])('is said in words: %o', (read, words) => {
    expect(howRead(read)).toBe(words);
  });
});
