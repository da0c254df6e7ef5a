import { describe, expect, it } from 'vitest';
import { readColumn, readValue } from './confirm-mapping.js';

describe('what a person says about a file', () => {
  it('is a title and a field, whatever the title holds', () => {
    expect(readColumn('Client ref = case_number')).toEqual([
      { field: 'case_number', columnTitle: 'Client ref' },
    ]);
    expect(readColumn('Score (0=low)=score', [{ field: 'a', columnTitle: 'A' }])).toEqual([
      { field: 'a', columnTitle: 'A' },
      { field: 'score', columnTitle: 'Score (0=low)' },
    ]);
  });

  it('is a field, a value and a code, whatever the value holds', () => {
    expect(readValue('gender:F: female = yes=F')).toEqual([
      { field: 'gender', value: 'F: female = yes', code: 'F' },
    ]);
  });

  it.each(['', 'Client ref', '=case_number', 'Client ref='])('is no column as %j', (text) => {
    expect(() => readColumn(text)).toThrow('expected the title');
  });

  it.each(['', 'gender', 'gender:Fem', 'Fem=F', 'gender:=F', ':Fem=F', 'gender:Fem='])(
    'is no value as %j',
    (text) => {
      expect(() => readValue(text)).toThrow('expected the name');
    },
  );
});
