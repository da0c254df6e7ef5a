import { describe, expect, it } from 'vitest';
import type { RestatedCell } from '../recounts/compare-quarter.js';
import { restatementView } from './restatement-view.js';

const children: RestatedCell = {
  ...{ figure: 'reach', scope: 'programme', dimensions: [], column: 'children', then: 433, now: 306 },
  changes: { withdrawal: -130, 'late-data': 3 },
};
const inDecile: RestatedCell = {
  ...{ figure: 'reach-by-deprivation', scope: 'programme', dimensions: [3], column: 'adults' },
  ...{ then: 12, now: 12, changes: { correction: 0 } },
};
const ofService: RestatedCell = { ...children, scope: 'service:baby-steps', changes: { merge: -127 } };
const scopes = new Map([
  ['programme', 'Whole programme'],
  ['service:baby-steps', 'Baby Steps'],
]);
const asked = { scope: 'programme', count: undefined, scopes, basis: 'published' } as const;

describe('the page of a restatement', () => {
  it('says in one sentence what changed the children of the whole programme, and draws it', async () => {
    const view = await restatementView([inDecile, children], asked);
    expect(view.finding).toBe(
      'Children, whole programme: 433 as closed, 306 now: late data +3, withdrawals −130.',
    );
    expect(view.chart?.svg).toContain('>−130</text>');
    expect(view.chart?.startsAt).toBe(0);
  });

  it('has a column for each cause that changed anything there, and leaves out what is the same in the end', async () => {
    const view = await restatementView([inDecile, children], asked);
    expect(view.causes.map(({ name }) => name)).toEqual(['Late data', 'Withdrawals']);
    expect(view.figures).toEqual([
      {
        name: 'Unique reach',
        rows: [{ name: 'Children', then: '433', now: '306', changes: ['+3', '−130'] }],
      },
    ]);
  });

  it('shows another scope by its name', async () => {
    const view = await restatementView([children, ofService], { ...asked, scope: 'service:baby-steps' });
    expect(view.finding).toMatch(/^Children, Baby Steps: 433 as closed/);
    expect(view.scopes.map(({ text, selected }) => [text, selected])).toEqual([
      ['Whole programme', false],
      ['Baby Steps', true],
    ]);
  });

  it('says nothing of a scope in which nothing changed', async () => {
    const view = await restatementView([children], { ...asked, scope: 'strand:diet' });
    expect(view).toMatchObject({ figures: [], counts: [], scopeName: 'strand:diet' });
    expect(view.finding).toBeUndefined();
  });
});
