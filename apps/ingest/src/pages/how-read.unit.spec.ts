import { describe, expect, it } from 'vitest';
import { howColumnRead, howRead } from './how-read.js';

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

  it('says of a column what is known of it, and how', () => {
    const column = { field: 'born', title: 'Date of birth', written: 'day-first', known: 'assumed' } as const;
    expect(howColumnRead(column)).toBe(
      'Date of birth: day first, assumed, because every date fits both orders',
    );
    expect(howColumnRead({ ...column, written: 'day-numbers', known: 'shown' })).toBe(
      'Date of birth: numbers of days, as the column shows',
    );
  });
});
