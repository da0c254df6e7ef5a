import { describe, expect, it } from 'vitest';
import { figureTable } from './figure-table.js';

const figure = {
  ...{ figure: 'tiny', version: 1, title: 'Tiny', rows: '/v1/figures/tiny/1' },
  columns: [
    { name: 'decile', meaning: '1 is the most deprived tenth.', unit: null },
    { name: 'childrenSeen', meaning: 'Children.', unit: 'people' },
  ],
};
const answer = { programme: 'LEAP', label: 'Q4 2023/24', position: 1234, disclosure: 'none' };

describe('the table of a figure', () => {
  it('shows the figure’s declared columns, a dash for an unknown value, and the meaning of each column', () => {
    const rows = [
      {
        ...{ start: null, scope: 'programme', coverage: 'files-received', suppressed: [] },
        ...{ decile: 1, childrenSeen: 1200 },
      },
      {
        ...{ start: null, scope: 'service:walk', coverage: 'no-files', suppressed: [] },
        ...{ decile: null, childrenSeen: null },
      },
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
    const rows = [{ start: '2023-07-01', scope: 'programme', suppressed: [], decile: 1, childrenSeen: 3 }];
    expect(figureTable(figure, { ...answer, rows })).toMatch(/2023-07-01 +programme +1 +3/);
  });

  it('shows [c] for a suppressed count, and says by which rule', () => {
    const rows = [
      { start: null, scope: 'programme', suppressed: ['childrenSeen'], decile: null, childrenSeen: null },
    ];
    const text = figureTable(figure, { ...answer, disclosure: 'nhs-2018@1', rows });
    expect(text).toMatch(/^programme +– +\[c\]/m);
    expect(text).toContain('Disclosure control nhs-2018@1.');
  });
});
