import { expect, it } from 'vitest';
import { returnsTable } from './returns-table.js';

it('shows what is due, and how many rows came when and from whom', () => {
  const text = returnsTable([
    { dataset: 'toys.user', period: '2023-24-Q2', due: '2023-10-28', state: 'late' },
    {
      ...{ dataset: 'toys.user', period: '2023-24-Q1', due: '2023-07-28', state: 'received' },
      received: { at: '2023-07-03T09:00:00.000Z', by: 'officer', rows: 1200, submission: 'aa' },
    },
    {
      ...{ dataset: 'toys.input', period: '2023-24-Q1', due: '2023-07-28', state: 'nil-return' },
      nilReturn: { id: 'bb', at: '2023-07-04T09:00:00.000Z', by: 'manager' },
    },
  ]);
  expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['dataset', 'period', 'due by', 'state', 'rows', 'received', 'by'],
    ['toys.user', '2023-24-Q2', '2023-10-28', 'late'],
    ['toys.user', '2023-24-Q1', '2023-07-28', 'received', '1,200', '2023-07-03', 'officer'],
    ['toys.input', '2023-24-Q1', '2023-07-28', 'nil-return', '2023-07-04', 'manager'],
  ]);
  expect(returnsTable([])).toBe('No such return is expected.');
});
