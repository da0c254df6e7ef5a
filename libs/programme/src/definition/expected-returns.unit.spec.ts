import { expect, it } from 'vitest';
import { dataset } from './definition.js';
import { returnsExpectedOf } from './expected-returns.js';

const read = (more: object) =>
  dataset.parse({
    ...{ id: 'toy-library.user', service: 'toy-library', dataType: 'user', extractKind: 'delta' },
    ...{ schemaFile: 'people.json', agreement: 'toys-2023', ...more },
  });

it.each([
  ['delta', 'quarter'],
  ['cumulative', 'quarter'],
  ['snapshot', 'academic-year'],
])('a %s is expected for each %s, within 28 days', (extractKind, every) => {
  expect(returnsExpectedOf(read({ extractKind }))).toEqual({
    every,
    dueDays: 28,
    from: undefined,
    absent: new Set(),
  });
});

it('a dataset says otherwise in whole or in part', () => {
  expect(returnsExpectedOf(read({ returns: { every: 'never' } }))).toMatchObject({ every: 'never' });
  const yearly = { every: 'academic-year', dueDays: 60, from: '2023-09-01' };
  expect(returnsExpectedOf(read({ returns: yearly }))).toEqual({ ...yearly, absent: new Set() });
  const cancelled = ['2019-20-AY', '2020-21-AY'];
  expect(returnsExpectedOf(read({ returns: { absent: cancelled } })).absent).toEqual(new Set(cancelled));
});

it.each([{ dueDays: 0 }, { dueDays: 1.5 }, { every: 'month' }, { from: '2023' }, { until: '2024-01-01' }])(
  'a dataset cannot expect returns by %j',
  (returns) => {
    expect(() => read({ returns })).toThrow();
  },
);
