import { describe, expect, it } from 'vitest';
import { datasetName, type DatasetOfService } from './dataset-names.js';
import { findingName } from './finding-names.js';
import { titleOf, wordsOf } from './readable-code.js';
import { reasonName } from './reason-names.js';
import { rowName } from './row-names.js';
import { stateName } from './state-names.js';

describe('names', () => {
  it.each([
    ['group-session', 'group session'],
    ['nhs_number', 'NHS number'],
    ['', ''],
  ])('turn a code without a name, %j, into the words %j', (code, words) => {
    expect(wordsOf(code)).toBe(words);
  });

  it.each([
    ['missing-nhs-number', 'NHS number is missing'],
    ['out-of-range-score', 'Score is out of range'],
    ['outside-period-session-date', 'Session date lies outside the file’s period'],
    ['no-consent', 'No consent given'],
    ['something-else', 'Something else'],
  ])('describe the finding %s: %j', (code, name) => {
    expect(findingName(code)).toBe(name);
  });

  it('name a dataset by its service and content', () => {
    const known = new Map<string, DatasetOfService>([
      ['b.x', { dataset: 'b.x', serviceName: 'Baby Steps', dataType: 'engagement' }],
    ]);
    expect(datasetName('b.x', known)).toBe('Baby Steps: attendance');
    expect(datasetName('gone-service.user', known)).toBe('Gone service user');
  });

  it('have words for a state, a reason and an outcome without a name', () => {
    expect([stateName('half-done'), reasonName('made-up'), rowName('put-aside'), titleOf('x')]).toEqual([
      'Half done',
      'Made up',
      'Put aside',
      'X',
    ]);
  });
});
