import { hash } from 'node:crypto';
import { datasetSchema, plausibility } from '@kinledger/programme/definition';
import { describe, expect, it } from 'vitest';
import { mapHeader } from '../mapping/map-header.js';
import { columnReadings, ColumnsSeen, sampled, type DeclaredOrder } from './column-reading.js';
import { RowValidator } from './row-validator.js';

const schema = datasetSchema.parse({
  fields: [
    {
      name: 'born',
      title: 'Born',
      type: 'date',
      'x-kinledger': { target: { to: 'birth-month' }, invalid: 'warning' },
    },
    { name: 'due', title: 'Due', type: 'date', 'x-kinledger': { invalid: 'warning' } },
    {
      name: 'mobile',
      title: 'Mobile',
      type: 'string',
      'x-kinledger': { format: 'mobile', invalid: 'warning' },
    },
    { name: 'note', title: 'Note', type: 'string', missingValues: ['Nobody', { value: '-99' }] },
  ],
  missingValues: ['not asked'],
  'x-kinledger': { role: 'child' },
});
const header = ['Born', 'Due', 'Mobile', 'Note'];
const mapping = mapHeader(schema, header);

/** The values and broken rules of each row, and the columns to look at. */
function read(records: readonly (readonly string[])[], declared?: ReadonlyMap<string, DeclaredOrder>) {
  const validator = new RowValidator({ schema }, mapping, {
    headerLength: header.length,
    dates: {
      today: '2023-10-09',
      period: { start: '2023-07-01', end: '2023-10-01' },
      holdsEarlierRows: false,
      plausibility: plausibility.parse({}),
    },
    limits: { maxFieldLength: 100 },
    synthetic: true,
    readings: columnReadings(schema, mapping, records, declared),
    sha256: (text) => hash('sha256', text, 'hex'),
  });
  const rows = records.map((record, index) => {
    const { values, findings } = validator.validate(record, index + 2);
    return { values, rules: findings.map(({ rule }) => rule.code) };
  });
  return {
    rows,
    columns: validator.dateColumns().map(({ field, state }) => [field.name, state]),
    orders: validator.ordersRead().map(({ field, written, known }) => [field, written, known]),
  };
}
const column = (
  name: 'born' | 'due' | 'mobile' | 'note',
  cells: readonly string[],
  declared?: DeclaredOrder,
) => {
  const at = ['born', 'due', 'mobile', 'note'].indexOf(name);
  const records = cells.map((cell) => header.map((_, index) => (index === at ? cell : '')));
  const { rows, columns } = read(records, declared && new Map([[name, declared]]));
  return {
    values: rows.map(({ values }) => values[at] ?? null),
    rules: rows.flatMap(({ rules }) => rules.filter((rule) => rule !== 'repeated-row')),
    columns,
  };
};

describe('a column of a spreadsheet’s day numbers', () => {
  it('is read as dates, and each row says so', () => {
    expect(column('born', ['43890', '44000', '', 'n/a', '44001.5'])).toMatchObject({
      values: ['2020-02-29', '2020-06-18', null, null, '2020-06-19'],
      rules: ['from-day-number-born', 'from-day-number-born', 'from-day-number-born'],
    });
  });

  it('is still checked: a day number of the future is no birth date', () => {
    expect(column('born', ['43890', '44000', '46000']).rules).toContain('future-date-born');
  });

  it.each([
    ['a date among them', ['43890', '44000', '44001', '29/02/2020']],
    ['a number that is no day of our time', ['43890', '44000', '99999']],
    ['too few of them', ['43890', '44000']],
  ])('is not read as dates with %s, but reported', (_case, cells) => {
    const { values, rules } = column('due', cells);
    expect(values[0]).toBeNull();
    expect(rules).toContain('day-number-due');
  });
});

describe('a column of mobiles that lost their first 0', () => {
  it('gets it back, and each row says so', () => {
    expect(column('mobile', ['7700900123', '7700900456.0', '', '7700900789'])).toEqual({
      values: ['07700900123', '07700900456', null, '07700900789'],
      rules: ['zero-restored-mobile', 'zero-restored-mobile', 'zero-restored-mobile'],
      columns: [],
    });
  });

  it('keeps numbers that have all digits, and reports those that lost some', () => {
    const { values, rules } = column('mobile', [
      '7700900123',
      '7700900456',
      '7700900789',
      '447700900123',
      '12345',
    ]);
    expect(values).toEqual(['07700900123', '07700900456', '07700900789', '07700900123', null]);
    expect(rules.slice(3)).toEqual(['invalid-mobile']);
  });

  it.each([
    ['a number with its 0 among them', ['7700900123', '7700900456', '7700900789', '07700900999']],
    ['text among them', ['7700900123', '7700900456', '7700900789', 'call her']],
    ['digits lost as well', ['7700900123', '7700900456', '7700900789', '7.7E+09']],
    ['too few of them', ['7700900123', '7700900456']],
    ['mostly other numbers', ['7700900123', '7700900456', '7700900789', '123', '456', '789', '901']],
  ])('does not get it back with %s', (_case, cells) => {
    expect(column('mobile', cells).values.slice(0, 2)).toEqual([null, null]);
  });

  it('gets no placeholder back as a number', () => {
    const { values, rules } = column('mobile', ['7700900123', '7700900456', '7700900789', '7777777777']);
    expect(values[3]).toBeNull();
    expect(rules[3]).toBe('placeholder-mobile');
  });
});

describe('the order of day and month that a sender declares', () => {
  const either = Array.from(
    { length: 18 },
    (_, index) => `0${(index % 9) + 1}/0${Math.floor(index / 9) + 2}/2023`,
  );

  it('is asked for if many dates fit both orders and none shows it, and only then', () => {
    expect(column('due', either).columns).toEqual([['due', 'unknown']]);
    expect(column('due', either.slice(0, 6)).columns).toEqual([['due', 'doubtful']]);
    expect(column('due', either.slice(0, 4)).columns).toEqual([]);
    expect(column('due', [...either, '13/02/2023']).columns).toEqual([]);
    expect(column('due', either, 'day-first').columns).toEqual([]);
    expect(column('due', either, 'month-first').columns).toEqual([]);
  });

  it('is not asked for firsts of months', () => {
    const firsts = Array.from(
      { length: 24 },
      (_, index) => `01/${(index % 12) + 1}/20${20 + Math.floor(index / 12)}`,
    );
    expect(column('due', firsts).columns).toEqual([]);
  });

  it('decides each date of the column, and no date of another', () => {
    expect(column('due', ['02/03/2023', '12/31/2023', '2023-04-05', '2-3-2023'], 'month-first')).toEqual({
      values: ['2023-02-03', '2023-12-31', '2023-04-05', '2023-02-03'],
      rules: [],
      columns: [],
    });
    const { rows } = read([['02/03/2020', '02/03/2023', '', '']], new Map([['due', 'month-first']]));
    expect(rows[0]?.values.slice(0, 2)).toEqual(['2020-03-02', '2023-02-03']);
  });

  it('is contradicted by dates in the other order', () => {
    expect(column('due', ['02/03/2023', '31/12/2023'], 'month-first')).toEqual({
      values: ['2023-02-03', null],
      rules: ['day-first-due'],
      columns: [['due', 'contradicted']],
    });
  });
});

describe('texts that a schema declares to be no value', () => {
  it('are no value in its fields, and a field has its own instead', () => {
    expect(column('mobile', ['Not asked', 'not known'])).toMatchObject({ values: [null, null], rules: [] });
    expect(column('note', ['nobody', '-99', 'not asked'])).toMatchObject({
      values: [null, null, 'not asked'],
      rules: [],
    });
  });
});

describe('how a column was read', () => {
  const orders = (cells: readonly string[], declared?: DeclaredOrder) =>
    read(
      cells.map((cell) => ['', cell, '', '']),
      declared && new Map([['due', declared]]),
    ).orders;

  it.each<readonly [what: string, cells: readonly string[], DeclaredOrder | undefined, string[][]]>([
    ['shown by a date', ['02/03/2023', '31/12/2023'], undefined, [['due', 'day-first', 'shown']]],
    ['assumed without such a date', ['02/03/2023'], undefined, [['due', 'day-first', 'assumed']]],
    ['declared', ['02/03/2023'], 'month-first', [['due', 'month-first', 'declared']]],
    ['contradicted', ['02/03/2023', '12/31/2023'], undefined, [['due', 'day-first', 'contradicted']]],
    ['not told of dates that have no order', ['2023-03-02', '2 Mar 2023'], undefined, []],
  ])('is %s', (_what, cells, declared, told) => {
    expect(orders(cells, declared)).toEqual(told);
  });

  /** What is told of a column of which only the first rows were seen before it was read. */
  const afterwards = (at: number, first: readonly string[], rest: readonly string[]) => {
    const seen = new ColumnsSeen(schema, mapping);
    const add = (cell: string) => seen.add(header.map((_, index) => (index === at ? cell : '')));
    first.forEach(add);
    const { readings } = seen;
    rest.forEach(add);
    return seen.asRead(readings);
  };
  const days = ['43890', '44000', '44001'];
  const mobiles = ['7700900123', '7700900456', '7700900789'];

  it('is shown if all rows agree, also those after it was read', () => {
    expect(afterwards(0, days, ['n/a', '44002'])).toEqual([
      { field: 'born', written: 'day-numbers', known: 'shown' },
    ]);
    expect(afterwards(2, mobiles, mobiles)).toEqual([
      { field: 'mobile', written: 'zeros-lost', known: 'shown' },
    ]);
    expect(afterwards(0, ['29/02/2020'], days)).toEqual([]);
  });

  it('is contradicted by a single later cell', () => {
    expect(afterwards(0, days, ['29/02/2020'])).toMatchObject([{ known: 'contradicted' }]);
    expect(afterwards(2, mobiles, ['07700900999'])).toMatchObject([{ known: 'contradicted' }]);
  });

  it('is shown too late by a column that begins empty', () => {
    expect(afterwards(0, ['', '43890'], days)).toMatchObject([{ field: 'born', known: 'shown-late' }]);
    expect(afterwards(2, [''], mobiles)).toMatchObject([{ field: 'mobile', known: 'shown-late' }]);
  });
});

describe('the rows by which columns are judged', () => {
  const held = async (rows: number, cell: string) => {
    const batches = Array.from({ length: rows / 1000 }, (_, batch) =>
      Array.from({ length: 1000 }, (_, row) => [`${batch}-${row}`, cell]),
    );
    async function* source() {
      yield* batches;
    }
    const { sample, batches: again } = await sampled(source());
    const all: (readonly string[])[] = [];
    for await (const batch of again) all.push(...batch);
    expect(all).toEqual(batches.flat());
    return sample.length;
  };

  it('are all rows of a short file, and the first of a long one; all are given again', async () => {
    expect(await held(5000, '')).toBe(5000);
    expect(await held(12_000, '')).toBe(10_000);
    expect(await held(12_000, 'x'.repeat(1000))).toBe(5000);
  });
});
