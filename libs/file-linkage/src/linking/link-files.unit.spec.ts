import { rungsOf, type Model } from '@kinledger/kin';
import { describe, expect, it } from 'vitest';
import { SchemaRefused, type LinkSchema } from '../schema/link-schema.js';
import { individualsIn } from './individuals.js';
import { linkCsv, type LinkedFiles, type LinkingOptions } from './link-files.js';

const schema: LinkSchema = {
  id: 'id',
  columns: { first: 'given-name', last: 'surname', born: 'birth-date', postcode: 'postcode' },
};
const header = 'id,first,last,born,postcode';

const link = (
  files: readonly (readonly string[])[],
  options: Partial<LinkingOptions> = {},
): Promise<LinkedFiles> =>
  linkCsv(
    files.map((rows, at) => ({
      path: at === 0 ? 'left.csv' : 'right.csv',
      bytes: new Uint8Array(Buffer.from([header, ...rows].join('\n'))),
    })),
    { ...{ schema, leftUnique: false, rightUnique: false, progress: () => undefined }, ...options },
  );

const firsts = ['Ada', 'Bo', 'Chidi', 'Dora', 'Emeka', 'Farah', 'Gus', 'Hana', 'Ivo', 'Jade', 'Kit'];
const lasts = ['Okafor', 'Smith', 'Lindqvist', 'Moreau', 'Patel', 'Quist', 'Rossi', 'Szabo', 'Tanaka'];
const two = (number: number): string => String(number).padStart(2, '0');

/** People who differ, two rows each if repeated: one row, and one of another postcode. */
const people = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, at) => {
    const person = at + from;
    const born = `${1950 + (person % 61)}-${two((person % 12) + 1)}-${two((person % 28) + 1)}`;
    return `${firsts[person % firsts.length]},${lasts[person % lasts.length]},${born},AB${person % 97} 1CD`;
  });
const withIds = (rows: readonly string[], prefix: string) => rows.map((row, at) => `${prefix}${at},${row}`);

/** Individuals of two records or more, by their ids. */
const individuals = (linked: LinkedFiles): readonly (readonly string[])[] => {
  const { count, starts, members } = individualsIn(linked.clusterOf);
  return Array.from({ length: count }, (_, individual) =>
    Array.from(members.subarray(starts[individual], starts[individual + 1]), linked.idOf).sort(),
  ).sort();
};

describe('linking files', () => {
  it.each([
    ['stands twice', 'p3', 'left.csv: records 4 and 90 have one id'],
    ['is empty', '', 'left.csv: record 90 has no id'],
  ])('refuses a file in which an id %s, even if nothing else agrees', async (_, id, message) => {
    const rows = withIds(people(100), 'p').map((row, at) => (at === 89 ? row.replace('p89', id) : row));
    const refused = link([rows]);
    await expect(refused).rejects.toThrow(SchemaRefused);
    await expect(refused).rejects.toThrow(message);
  });

  it('takes one id in two files for two records', async () => {
    expect(individuals(await link([withIds(people(50), 'p'), withIds(people(50), 'p')]))).toContainEqual([
      'p7',
      'p7',
    ]);
  });

  it('reads ambiguous dates in the order that dates at the end of the file show', async () => {
    const rows = Array.from(
      { length: 6000 },
      (_, at) => `p${at},Ada,Okafor,0${(at % 9) + 1}/03/${2000 + (at % 20)},`,
    );
    const { comparison, records } = await link([[...rows, 'last,Bo,Smith,04/25/2001,']]);
    const { values, slot } = comparison.fields.find(({ kind }) => kind === 'birth-date')!;
    const { from } = rungsOf['birth-date'].rungs['month-day'];
    const monthDay = (record: number) =>
      values.rungs[records.data[record * records.stride + slot]! * values.width + from];
    expect([monthDay(0), monthDay(1)]).toEqual([1 + 103, 1 + 203]);
  });

  it('expects as many matches for each adult as for each child where too few adults are compared', async () => {
    const withRole = (role: string) => (row: string) => `${row},${role}`;
    const children = people(300).map(withRole('child'));
    const adults = people(20, 300).map(withRole('adult'));
    const rows = [...withIds([...children, ...adults], 'p'), ...withIds([...children, ...adults], 'q')];
    const bytes = new Uint8Array(Buffer.from([`${header},role`, ...rows].join('\n')));
    const { model } = await linkCsv([{ path: 'people.csv', bytes }], {
      ...{ leftUnique: false, rightUnique: false, progress: () => undefined },
      schema: { ...schema, role: 'role' },
    });
    const [child, adult] = (['child', 'adult'] as const).map((name) => {
      const { pairs, classes } = model.strata.find(({ stratum }) => stratum === name)!;
      return classes.find((each) => each.class === 'match')!.share * pairs;
    });
    expect(child).toBeGreaterThan(200);
    expect(adult! / 40).toBeCloseTo(child! / 600, 6);
  });

  it('links all copies of a row, although no key compares so many, in any order of rows', async () => {
    const copies = withIds(
      Array.from({ length: 201 }, () => 'Zora,Vantongeren,1961-05-17,ZE9 9ZZ'),
      'copy',
    );
    const rows = [...withIds(people(300), 'p'), ...copies, ...withIds(people(150), 'q')];
    const linked = await link([rows]);
    expect(linked.passedOver).toBeGreaterThan(0);
    expect(individuals(linked).some((members) => members.length === 201)).toBe(true);
    const reversed = await link([rows.toReversed()]);
    expect(individuals(reversed)).toEqual(individuals(linked));
    expect(reversed.model).toEqual(linked.model);
  });

  it('gives one of many equal records of a unique file the counterpart, the same in any order of rows', async () => {
    const equal = (count: number) =>
      Array.from({ length: count }, () => 'Zora,Vantongeren,1961-05-17,ZE9 9ZZ');
    const files = [
      withIds([...people(300), ...equal(201)], 'p'),
      withIds([...people(300), ...equal(1)], 'q'),
    ];
    const linked = individuals(await link(files, { leftUnique: true }));
    expect(linked.some((members) => members.includes('q300'))).toBe(true);
    const reversed = files.map((rows) => rows.toReversed());
    expect(individuals(await link(reversed, { leftUnique: true }))).toEqual(linked);
  });

  it('adds as much to the scores of one-to-one linkage as these pairs say, whatever data the model is from', async () => {
    const files = [withIds(people(300), 'p'), withIds(people(300, 60), 'q')];
    const unique = { leftUnique: true, rightUnique: true };
    const linked = await link(files, unique);
    expect(linked.bonus).toBeGreaterThan(0);
    const ofMorePairs: Model = {
      ...linked.model,
      strata: linked.model.strata.map((stratum) => ({ ...stratum, pairs: stratum.pairs * 1000 })),
    };
    expect((await link(files, { ...unique, model: ofMorePairs })).bonus).toBe(linked.bonus);
    const reversed = files.map((rows) => rows.toReversed());
    expect((await link(reversed, unique)).bonus).toBe(linked.bonus);
  });

  it('links two files whose columns have other titles, order and form', async () => {
    const left = [header, ...withIds(people(300), 'p')];
    const right = people(300, 60).map((row, at) => {
      const [first, last, born = '', postcode] = row.split(',');
      const [year, month, day] = born.split('-');
      return [postcode, day, month, year, `"${last}, ${first}"`, `q${at}`].join(';');
    });
    const files = [left, ['area;day;month;year;who;key', ...right]].map((rows, file) => ({
      path: `${file}.csv`,
      bytes: new Uint8Array(Buffer.from(rows.join('\n'))),
    }));
    const columns = { area: 'postcode', day: 'birth-day', month: 'birth-month', year: 'birth-year' } as const;
    const options = { leftUnique: true, rightUnique: true, progress: () => undefined };
    const linked = await linkCsv(files, {
      ...options,
      schema: { ...schema, right: { id: 'key', columns: { ...columns, who: 'full-name' } } },
    });
    const expected = await link([withIds(people(300), 'p'), withIds(people(300, 60), 'q')], options);
    expect(individuals(linked)).toContainEqual(['p60', 'q0']);
    expect(individuals(linked)).toEqual(individuals(expected));
    expect(linked.model).toEqual(expected.model);
  });

  it.each<[string, Partial<LinkSchema>, string]>([
    [
      'two files of other columns',
      { right: { id: 'id', columns: { first: 'given-name' } } },
      'not as many columns with the role surname',
    ],
    [
      'ids in one file only',
      {
        right: {
          columns: { first: 'given-name', last: 'surname', born: 'birth-date', postcode: 'postcode' },
        },
      },
      'in "id" for one file only',
    ],
    ['a year alone', { columns: { born: 'birth-year' } }, 'a year alone is an attribute'],
    [
      'a name and its parts',
      { columns: { first: 'full-name', last: 'surname' } },
      'keep the full name, or its parts',
    ],
  ])('refuses a schema of %s', async (_, other, message) => {
    const files = [withIds(people(3), 'p'), withIds(people(3), 'q')];
    await expect(link(files, { schema: { ...schema, ...other } })).rejects.toThrow(message);
  });
});
