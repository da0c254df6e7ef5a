import { describe, expect, it } from 'vitest';
import type { MeetingAction } from '../meetings/meeting-action.js';
import { actionsSections } from './data-meeting-sections.js';

const action = (state: MeetingAction['state'], due: string): MeetingAction => ({
  ...{ id: '0'.repeat(32), service: 'real', period: '2023-24-Q2', version: 1, text: 'Send the files' },
  ...{ owner: 'Lead', due, state },
  history: [{ ...{ version: 1, text: 'Send the files', owner: 'Lead', due, state }, ...written }],
});
const written = { by: 'officer', organisation: 'somebody', at: '2023-11-05T12:00:00Z' };

describe('actions in a report', () => {
  const [section] = actionsSections(
    { key: 'period', scopeName: 'REAL' },
    [action('open', '2023-11-04'), action('open', '2023-11-05'), action('done', '2023-11-01')],
    '2023-11-05',
  );

  it('are overdue while they are open after their due date', () => {
    expect(section?.tables.map(({ rows }) => rows.map(({ status }) => status))).toEqual([
      ['Open, overdue', 'Open'],
      ['Done'],
    ]);
  });

  it('stand at no ledger position, since the ledger does not hold them', () => {
    expect(section?.tables.map(({ position }) => position)).toEqual([null, null]);
  });
});
