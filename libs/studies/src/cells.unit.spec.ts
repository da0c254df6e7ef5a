import { describe, expect, it } from 'vitest';
import { cellsOf } from './cells.js';
import { specificationOf } from './specification.testing.js';
import { tablesOf } from './tables.js';

const [people] = tablesOf(
  specificationOf({ attributes: ['gender', 'ethnicity'], area: 'decile', families: true }),
);
const said = {
  role: 'child',
  family: null,
  decile: null,
  link_band: 'shared',
  rows: 1,
  providers: 1,
  weight: '1.2',
};

/** The cells of one person, by column. */
function cellsOfPerson(row: object) {
  const columns = people?.columns ?? [];
  const cells = cellsOf(columns, { person: 'a'.repeat(32), ...said, held: [], shown: {}, ...row });
  return Object.fromEntries(columns.map(({ name }, place) => [name, cells[place]]));
}

describe('the cells of an extract', () => {
  it('say why a value is not there', () => {
    expect(
      cellsOfPerson({ held: ['gender', 'ethnicity'], shown: { ethnicity: 'not-stated' } }),
    ).toMatchObject({
      ...{ gender: '-6', ethnicity: '-8', family: '-7', decile: '-9' },
    });
    expect(cellsOfPerson({ held: ['ethnicity'], shown: { ethnicity: 'not-known' } })).toMatchObject({
      ...{ gender: '-9', ethnicity: '-9' },
    });
  });

  it('never show the LSOA where the study may know the decile only', () => {
    const held = ['lsoa'];
    expect(cellsOfPerson({ held, shown: { lsoa: 'E01003014' }, decile: '3' })['decile']).toBe('3');
    expect(cellsOfPerson({ held, shown: { lsoa: 'E01003014' } })['decile']).toBe('-9');
    expect(cellsOfPerson({ held, decile: null })['decile']).toBe('-6');
  });

  it('are no formula for a spreadsheet, and keep numbers with a sign', () => {
    const held = ['gender', 'ethnicity'];
    expect(cellsOfPerson({ held, shown: { gender: '=HYPERLINK("x")', ethnicity: '-2+3' } })).toMatchObject({
      ...{ gender: `'=HYPERLINK("x")`, ethnicity: `'-2+3` },
    });
    expect(cellsOfPerson({ held, shown: { gender: '-1.5' } })['gender']).toBe('-1.5');
  });
});
