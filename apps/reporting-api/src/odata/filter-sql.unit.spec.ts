import { columnsOf, goldenTables } from '@kinledger/golden';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterSql } from './filter-sql.js';
import { queryOptions } from './query-options.js';

const table = goldenTables.find(({ name }) => name === 'engagement');
if (table === undefined) throw new Error('there is no table engagement');
const columns = columnsOf(table);

describe('a $filter in SQL', () => {
  it.each([
    [
      "minutes gt 30 and role eq 'child'",
      `(coalesce("minutes" > $1::numeric, false) AND ("role" IS NOT DISTINCT FROM $2::text))`,
      ['30', 'child'],
    ],
    ['minutes eq null', '("minutes" IS NOT DISTINCT FROM NULL)', []],
    ['null ne minutes', '(NULL IS DISTINCT FROM "minutes")', []],
    ['minutes gt null', '(false)', []],
    ['attended', '("attended")', []],
    ['not attended and qualifying', '((NOT ("attended")) AND ("qualifying"))', []],
    [
      "not (role eq 'child') or attended",
      `((NOT ("role" IS NOT DISTINCT FROM $1::text)) OR ("attended"))`,
      ['child'],
    ],
    [
      "not contains(role,'a') and attended or qualifying",
      `(((NOT (strpos("role", $1::text) > 0)) AND ("attended")) OR ("qualifying"))`,
      ['a'],
    ],
    [
      'attended or qualifying and minutes eq 1',
      `(("attended") OR (("qualifying") AND ("minutes" IS NOT DISTINCT FROM $1::numeric)))`,
      ['1'],
    ],
    [
      'attended and not qualifying or attended',
      '((("attended") AND (NOT ("qualifying"))) OR ("attended"))',
      [],
    ],
    [
      'attended and not (minutes eq 1) or qualifying and not (minutes eq 2)',
      '((("attended") AND (NOT ("minutes" IS NOT DISTINCT FROM $1::numeric))) OR (("qualifying") AND (NOT ("minutes" IS NOT DISTINCT FROM $2::numeric))))',
      ['1', '2'],
    ],
    [
      'not attended or not qualifying and attended',
      '((NOT ("attended")) OR ((NOT ("qualifying")) AND ("attended")))',
      [],
    ],
    [
      'attended and not (qualifying or attended)',
      '(("attended") AND (NOT (("qualifying") OR ("attended"))))',
      [],
    ],
    ['not (attended)', '(NOT ("attended"))', []],
    ['(attended)', '("attended")', []],
    ['not (not ((attended)))', '(NOT (NOT ("attended")))', []],
    ['(minutes) eq (1)', '("minutes" IS NOT DISTINCT FROM $1::numeric)', ['1']],
    [`${'('.repeat(30)}attended${')'.repeat(30)}`, '("attended")', []],
    [`role eq '${'('.repeat(40)}/:'`, '("role" IS NOT DISTINCT FROM $1::text)', [`${'('.repeat(40)}/:`]],
    ["startswith(tolower(role),'c')", 'starts_with(lower("role"), $1::text)', ['c']],
    ["role eq 'O''Brien %25 50%'", '("role" IS NOT DISTINCT FROM $1::text)', ["O'Brien %25 50%"]],
    ['event_date_key ge -1', 'coalesce("event_date_key" >= $1::numeric, false)', ['-1']],
  ])('is for %s', (filter, sql, values) => {
    expect(filterSql(filter, columns)).toEqual({ sql, values });
  });

  it.each([
    ["role eq 'a'; DROP TABLE x"],
    ["role eq 'a' OR 1=1 --"],
    ['1 eq 1) UNION SELECT'],
    ['password eq 1'],
    ['__proto__ eq 1'],
    ['constructor eq 1'],
    ['"role" eq 1'],
    ['role/length eq 1'],
    ['role eq 1'],
    ["minutes eq '1'"],
    ['minutes add 1 eq 2'],
    ["pg_sleep(10) eq 'x'"],
    ["matchesPattern(role,'(a+)+$')"],
    ['not minutes eq 1'],
    ['attended and not minutes eq 1 or qualifying'],
    ['not not attended'],
    ['role/any(x:x eq 1)'],
    ['x:x'],
    [`${'('.repeat(31)}attended${')'.repeat(31)}`],
    ['attended or '.repeat(180) + 'attended'],
    ['attended gt true'],
    ['minutes'],
    ['minutes eq NaN'],
    ["role eq '\0'"],
    ['role eq @p'],
    [''],
    ['('.repeat(500)],
    [Array.from({ length: 300 }, () => 'attended').join(' or ')],
    [`role eq '${'x'.repeat(2_000)}'`],
  ])('is refused for %j, with a text that repeats nothing of it', (filter) => {
    expect(() => filterSql(filter, columns)).toThrow(
      expect.objectContaining({ status: 400, code: 'validation-failed' }),
    );
  });

  it('is refused for the year 0, and not for the year 1', () => {
    const dates = goldenTables.find(({ name }) => name === 'date');
    if (dates === undefined) throw new Error('there is no table date');
    expect(filterSql('date ge 0001-01-01', columnsOf(dates)).values).toEqual(['0001-01-01']);
    for (const filter of [
      'date ge 0000-01-01',
      'null ne 0000-06-01T00:00:00Z',
      'null ne 0001-01-01T00:00:00+01:00',
    ])
      expect(() => filterSql(filter, columnsOf(dates)), filter).toThrow('calendar');
  });

  it('of times has colons', () => {
    expect(filterSql('null ne 2023-07-31T12:00:00+01:00', columns).values).toEqual([
      '2023-07-31T11:00:00.000Z',
    ]);
  });

  it('holds no text of the query, whatever text is asked for', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        fc.pre(!text.includes('\0'));
        const filter = `contains(role,'${text.replaceAll("'", "''")}')`;
        try {
          expect(filterSql(filter, columns)).toEqual({
            sql: '(strpos("role", $1::text) > 0)',
            values: [text],
          });
        } catch (error) {
          expect(error).toMatchObject({ status: 400, code: 'validation-failed' });
        }
      }),
    );
  });

  it('never fails otherwise than by a refusal, whatever is asked', () => {
    const word = fc.constantFrom(
      ...[
        'role',
        'minutes',
        'attended',
        'eq',
        'gt',
        'and',
        'or',
        'not',
        '(',
        ')',
        "'a'",
        '1',
        'null',
        'true',
        ',',
        'contains',
        '$',
        '%',
        "'",
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          const { sql, values } = filterSql(words.join(' '), columns);
          expect(sql.match(/\$\d+/g) ?? []).toHaveLength(values.length);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, code: 'validation-failed' });
        }
      }),
    );
  });
});

describe('the options of a query', () => {
  it('may stand without the dollar sign, and be encoded with plus signs', () => {
    const options = queryOptions("filter=role+eq+'child'&$orderby=minutes%20desc,role&top=3", table);
    expect(options).toMatchObject({ top: 3, skip: 0, count: false, where: { values: ['child'] } });
    expect(options.orderBy.map(({ column, descending }) => [column.name, descending])).toEqual([
      ['minutes', true],
      ['role', false],
    ]);
  });

  it.each([
    ['$expand=service'],
    ['$top=-1'],
    ['$top=1e3'],
    ['$skip=99999999999'],
    ['$select=password'],
    ['$select='],
    ['$orderby=role descending'],
    ['$orderby='],
    ['$orderby=role;drop'],
    ['$count=yes'],
    ['$format=atom'],
    ['$top=1&$top=2'],
    ['$filter=%ff'],
    ['$skiptoken=1 OR 1'],
    ['$apply=aggregate($count as n)'],
  ])('are refused: %s', (query) => {
    expect(() => queryOptions(query, table)).toThrow(
      expect.objectContaining({ status: 400, code: 'validation-failed' }),
    );
  });
});
