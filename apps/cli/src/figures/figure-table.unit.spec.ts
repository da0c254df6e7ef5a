import { describe, expect, it } from 'vitest';
import { figureTable } from './figure-table.js';

const figure = {
  ...{ figure: 'tiny', version: 1, title: 'Tiny', rows: '/v1/figures/tiny/1' },
  columns: [
    { name: 'decile', meaning: '1 is the most deprived tenth.', unit: null },
    { name: 'childrenSeen', meaning: 'Children.', unit: 'people' },
  ],
};
const answer = { programme: 'LEAP', label: 'Q4 2023/24', position: 1234 };

describe('the table of a figure', () => {
  it('shows the figure’s declared columns, a dash for an unknown value, and the meaning of each column', () => {
    const rows = [
      { start: null, scope: 'programme', coverage: 'files-received', decile: 1, childrenSeen: 1200 },
      { start: null, scope: 'service:walk', coverage: 'no-files', decile: null, childrenSeen: null },
    ];
    const lines = figureTable(figure, { ...answer, rows }).split('\n');
    expect(lines[0]).toBe('Tiny, Q4 2023/24, at ledger position 1,234');
    const cells = lines.slice(2).map((line) => line.trim().split(/ {2,}/));
    expect(cells).toContainEqual(['Scope', 'Decile', 'Children seen']);
    expect(cells).toContainEqual(['programme', '1', '1,200']);
    expect(cells).toContainEqual(['service:walk', '–', '–']);
    expect(lines.at(-1)).toBe('Children seen: Children.');
  });

  it('names the quarter of each row if the figure has quarters', () => {
    const rows = [{ start: '2023-07-01', scope: 'programme', decile: 1, childrenSeen: 3 }];
    expect(figureTable(figure, { ...answer, rows })).toMatch(/2023-07-01 +programme +1 +3/);
  });
});
