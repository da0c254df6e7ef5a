import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canonicalBirthDate,
  canonicalEmail,
  canonicalMobile,
  canonicalNhsNumber,
  contains,
  parsePeriod,
} from '@kinledger/domain';
import { codedValues, formatOf, headerKey, readProgramme, valueKey } from '@kinledger/programme';
import type { Dataset, DatasetField, Programme } from '@kinledger/programme';
import { generateProgramme } from './generate-programme.js';
import { isProgrammeNotSynthetic } from './generation-errors.js';
import { isFolderNotEmpty, writeProgramme } from './write-programme.js';
import type { WrittenProgramme } from './write-programme.js';

const QUARTERS = 5;
const options = (programme: Programme, seed: number | string = 'test') => ({
  programme,
  people: 4_000,
  quarters: QUARTERS,
  seed,
  salt: 'mackerel',
});

/** One data row, with its cells by field name as coded values. */
interface ReadRow {
  readonly cells: ReadonlyMap<string, string>;
  readonly person: string;
  readonly role: string;
  readonly reachedIn: string;
}

let folder: string;
let programme: Programme;
let written: WrittenProgramme;
let people: ReadonlyMap<string, { family: string; role: string; decile: number }>;
let filesRead: readonly {
  readonly dataset: Dataset;
  readonly period: string;
  readonly rows: readonly ReadRow[];
}[];

const csv = async (file: string) => parse(await readFile(join(folder, file), 'utf8'), { bom: true });

const fieldOf = (dataset: Dataset, header: string): DatasetField => {
  const matching = dataset.schema.fields.filter(({ name, title, 'x-kinledger': { aliases } }) =>
    [name, title, ...aliases].some((text) => headerKey(text) === headerKey(header)),
  );
  if (matching.length !== 1)
    throw new Error(`${dataset.id}: header "${header}" means ${matching.length} fields`);
  return matching[0]!;
};

const coded = (field: DatasetField, text: string): string => {
  const mapped = Object.entries(field['x-kinledger'].valueMap ?? {}).find(
    ([from]) => valueKey(from) === valueKey(text),
  );
  return mapped?.[1] ?? text;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinledger-synthetic-'));
  programme = await readProgramme(join(import.meta.dirname, '../../../programmes/leap'));
  written = await writeProgramme(folder, options(programme));

  people = new Map(
    (await csv('truth/people.csv'))
      .slice(1)
      .map(([person = '', family = '', role = '', decile = '']) => [
        person,
        { family, role, decile: Number(decile) },
      ]),
  );
  const truth = new Map<string, { person: string; role: string; reachedIn: string }>();
  for (const [dataset, period, row, person, role, reachedIn] of (await csv('truth/records.csv')).slice(1)) {
    truth.set(`${dataset} ${period} ${row}`, {
      person: person ?? '',
      role: role ?? '',
      reachedIn: reachedIn ?? '',
    });
  }
  const files = [];
  for (const entry of written.manifest.files) {
    const dataset = programme.dataset(entry.dataset)!;
    const [headers, ...lines] = await csv(entry.path);
    const fields = headers!.map((header) => fieldOf(dataset, header));
    expect(fields.map(({ name }) => name)).toEqual(dataset.schema.fields.map(({ name }) => name));
    expect(lines).toHaveLength(entry.rows);
    const rows = lines.map((line, index): ReadRow => {
      const whose = truth.get(`${entry.dataset} ${entry.period} ${index + 1}`)!;
      truth.delete(`${entry.dataset} ${entry.period} ${index + 1}`);
      return { cells: new Map(fields.map((field, at) => [field.name, coded(field, line[at]!)])), ...whose };
    });
    files.push({ dataset, period: entry.period, rows });
  }
  expect(truth.size).toBe(0);
  filesRead = files;
});
afterAll(() => rm(folder, { recursive: true }));

async function bytesOf(root: string): Promise<Record<string, string>> {
  const names = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const digests = await Promise.all(
    names.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [
        path.slice(root.length),
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ] as const;
    }),
  );
  return Object.fromEntries(digests.sort(([left], [right]) => (left < right ? -1 : 1)));
}

describe('the same options', () => {
  const small = (seed: number | string) => ({ ...options(programme, seed), people: 400, quarters: 2 });

  it('give the same bytes, and another seed gives different ones', async () => {
    const runs = await Promise.all(
      [1, 1, 2].map(async (seed, run) => {
        const root = join(folder, `run-${run}`);
        await writeProgramme(root, small(seed));
        return bytesOf(root);
      }),
    );
    expect(Object.keys(runs[0]!).length).toBeGreaterThan(20);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]!['/truth/records.csv']).not.toBe(runs[0]!['/truth/records.csv']);
  });

  it('write the smallest programme, and begin the largest without making all of it first', async () => {
    const { rows } = await writeProgramme(join(folder, 'tiny'), { ...small(1), people: 20 });
    expect(rows).toBeGreaterThan(20);
    const large = await generateProgramme({ ...options(programme), people: 200_000, quarters: 8 });
    const items = large.items();
    for (let item = 0; item < 2_000; item++) expect(items.next().done).toBe(false);
  });

  it('are refused for a programme of real people, where generated values would be placeholders', async () => {
    const { synthetic, ...definition } = programme.definition;
    expect(synthetic).toBe(true);
    const root = join(folder, 'real');
    const real = { ...small(1), programme: { ...programme, definition } };
    const error: unknown = await writeProgramme(root, real).catch((reason: unknown) => reason);
    expect(isProgrammeNotSynthetic(error)).toBe(true);
  });

  it('are refused for a folder that is not empty', async () => {
    const root = await mkdtemp(join(tmpdir(), 'kinledger-synthetic-'));
    await writeFile(join(root, 'kept.txt'), 'kept');
    const error: unknown = await writeProgramme(root, small(1)).catch((reason: unknown) => reason);
    expect(isFolderNotEmpty(error)).toBe(true);
    await rm(root, { recursive: true });
  });
});

describe('files', () => {
  it('are listed in the order of submission: period by period, administrative sources first', () => {
    const { files } = written.manifest;
    const ends = files.map(({ period }) => parsePeriod(period)!.end);
    const quarters = files.filter(({ period }) => !period.endsWith('AY'));
    expect(quarters.map(({ period }) => period)).toEqual([...quarters.map(({ period }) => period)].sort());
    const first = files.slice(0, 3).map(({ dataset }) => programme.dataset(dataset)!);
    expect(first.map(({ dataType }) => dataType)).toEqual(['user', 'user', 'user']);
    expect(first.every(({ serviceDefinition }) => serviceDefinition.administrative)).toBe(true);
    expect(new Set(quarters.map(({ period }) => period)).size).toBe(QUARTERS);
    // An academic year's file comes once the year has ended.
    files.forEach(({ period }, index) => {
      if (period.endsWith('AY')) expect(ends[index]! <= ends[index - 1]!).toBe(true);
    });
    expect(new Set(files.map(({ dataset }) => dataset))).toEqual(
      new Set(programme.datasets.map(({ id }) => id)),
    );
  });

  it('have only listed values in columns whose schema lists values', () => {
    for (const { dataset, rows } of filesRead) {
      for (const field of dataset.schema.fields) {
        const codes = codedValues(field);
        if (!codes) continue;
        const found = new Set(rows.map(({ cells }) => cells.get(field.name)!));
        found.delete('');
        expect(codes).toEqual(expect.arrayContaining([...found]));
      }
    }
  });

  it('that are pseudonymised at source hold digests and no identifier in clear', () => {
    const atSource = filesRead.filter(({ dataset }) => dataset.pseudonymisedAtSource);
    expect(atSource.length).toBeGreaterThan(10);
    for (const { dataset, rows } of atSource) {
      for (const field of dataset.schema.fields) {
        const values = rows.map(({ cells }) => cells.get(field.name)!).filter((value) => value !== '');
        const isFit = (value: string) =>
          formatOf(field) === 'digest'
            ? /^[0-9A-F]{64}$/.test(value)
            : !/@|^07|^ZZ\d+ ?\d[A-Z]{2}$/i.test(value);
        expect(values.filter((value) => !isFit(value))).toEqual([]);
      }
    }
  });

  it('of a source with a desktop program hold the digest of an empty cell; those of a script hold an empty cell', () => {
    const blank = createHash('sha256').update('mackerel').digest('hex').toUpperCase();
    const blanks = new Map<string, number>();
    for (const { dataset, rows } of filesRead.filter((file) => file.dataset.pseudonymisedAtSource)) {
      const found = rows.flatMap(({ cells }) => [...cells.values()]).filter((value) => value === blank);
      blanks.set(dataset.service, (blanks.get(dataset.service) ?? 0) + found.length);
    }
    const counts = [...blanks.values()];
    expect(counts.some((count) => count > 100)).toBe(true);
    expect(counts.some((count) => count === 0)).toBe(true);
  });

  it('of a cumulative dataset hardly change from quarter to quarter', () => {
    const sent = filesRead.filter(({ dataset }) => dataset.id === 'baby-steps.user');
    expect(sent).toHaveLength(QUARTERS);
    const asText = ({ cells }: ReadRow) => [...cells.values()].join('\u0000');
    for (const [index, { rows }] of sent.entries()) {
      const before = sent[index - 1]?.rows ?? [];
      const later = new Map(rows.map((row) => [row.cells.get('case_number'), asText(row)]));
      const unchanged = before.filter((row) => later.get(row.cells.get('case_number')) === asText(row));
      for (const row of before) expect(later.has(row.cells.get('case_number'))).toBe(true);
      if (before.length > 0) expect(unchanged.length / before.length).toBeGreaterThan(0.85);
    }
    const all = sent.slice(1).flatMap(({ rows }) => rows.map(asText));
    expect(new Set(all).size).toBeLessThan(all.length);
  });

  it('of a cumulative dataset leave out no row of the file before', () => {
    const whole = filesRead.filter(({ dataset }) => dataset.extractKind !== 'delta');
    for (const dataset of new Set(whole.map(({ dataset: one }) => one))) {
      const { primaryKey, 'x-kinledger': marks } = dataset.schema;
      const key = primaryKey ?? marks.naturalKey;
      const keysOf = (rows: readonly ReadRow[]) =>
        new Set(rows.map(({ cells }) => key.map((name) => cells.get(name)).join('\u0000')));
      const sent = whole.filter((file) => file.dataset === dataset).map(({ rows }) => keysOf(rows));
      for (const [index, before] of sent.slice(0, -1).entries())
        expect([...before.difference(sent[index + 1]!)], dataset.id).toEqual([]);
    }
    expect(new Set(whole.map(({ dataset: { id } }) => id)).size).toBeGreaterThan(5);
  });

  it('include people who are an adult in one service and workforce in another, and some who withdraw consent', () => {
    const roles = new Map<string, Set<string>>();
    const consents = new Map<string, Set<string>>();
    for (const { dataset, rows } of filesRead.filter(({ dataset: { dataType } }) => dataType === 'user'))
      for (const { cells, person, role } of rows) {
        roles.set(person, (roles.get(person) ?? new Set()).add(role));
        const key = `${dataset.id} ${cells.get('case_number')!}`;
        consents.set(key, (consents.get(key) ?? new Set()).add(cells.get('consent_given') ?? ''));
      }
    const both = [...roles.values()].filter((held) => held.has('adult') && held.has('volunteer'));
    expect(both.length).toBeGreaterThan(20);
    const withdrawn = [...consents.values()].filter((said) => said.has('true') && said.has('false'));
    expect(withdrawn.length).toBeGreaterThan(5);
  });

  it('say how many people declined, quarter by quarter, and hold few of their rows', () => {
    const services = new Set<string>();
    let declined = 0;
    for (const { dataset, rows } of filesRead) {
      const counts = rows.filter(({ cells }) => cells.get('item') === 'people-without-consent');
      if (counts.length === 0) continue;
      expect(counts).toHaveLength(1);
      expect(counts[0]!.person).toBe('');
      services.add(dataset.service);
      declined += Number(counts[0]!.cells.get('quantity'));
    }
    expect(services.size).toBeGreaterThan(3);
    const said = new Map<string, Set<string>>();
    for (const { dataset, rows } of filesRead) {
      if (dataset.dataType !== 'user' || !services.has(dataset.service)) continue;
      for (const { cells, person } of rows) {
        const key = `${dataset.id} ${person}`;
        said.set(key, (said.get(key) ?? new Set()).add(cells.get('consent_given')!));
      }
    }
    const sent = [...said.values()].filter((answers) => answers.has('false') && !answers.has('true'));
    expect(declined).toBeGreaterThan(sent.length);
  });

  it('of a service that begins late hold everything since the beginning in the first file', () => {
    const sent = filesRead.filter(({ dataset }) => dataset.id === 'sharing-real-with-parents.engagement');
    const [first] = sent;
    expect(sent.length).toBeLessThan(QUARTERS);
    const dates = first!.rows.map(({ cells }) => canonicalBirthDate(cells.get('session_date')!)!);
    const quarters = Object.keys(written.reach.periods).map((code) => parsePeriod(code)!);
    const held = quarters.filter((quarter) => dates.some((day) => contains(quarter, day)));
    expect(held.length).toBeGreaterThan(3);
  });

  it('hold births in the wrong unit, which the schema’s limits tell from others', () => {
    const births = filesRead
      .filter(({ dataset }) => dataset.id === 'maternity.outcome')
      .flatMap(({ rows }) => rows.map(({ cells }) => cells));
    const minimumOf = (name: string) =>
      programme.dataset('maternity.outcome')!.schema.fields.find((field) => field.name === name)!.constraints
        .minimum!;
    for (const [name, highest] of [
      ['birth_weight', 15],
      ['gestation_at_birth', 45],
    ] as const) {
      const low = births.map((cells) => Number(cells.get(name))).filter((value) => value < minimumOf(name));
      expect(low.length, name).toBeGreaterThan(0);
      expect(low.length, name).toBeLessThan(births.length / 10);
      expect(Math.max(...low), name).toBeLessThan(highest);
    }
  });

  it('of maternity have a site of one of two trusts, and expect births of children who are not born yet', () => {
    const mothers = filesRead
      .filter(({ dataset }) => dataset.id === 'maternity.user')
      .flatMap(({ rows }) => rows.filter(({ role }) => role === 'adult').map(({ cells }) => cells));
    const sites = new Set(mothers.map((cells) => cells.get('booking_site')!.slice(0, 3)));
    expect([...sites].sort()).toEqual(['XT1', 'XT2', 'ZZ2', 'ZZ9']);
    const { end } = parsePeriod(Object.keys(written.reach.periods).at(-1)!)!;
    expect(mothers.some((cells) => cells.get('expected_date')! >= end)).toBe(true);
  });

  it('name some children before they are born, and some newborns Baby', () => {
    const children = filesRead
      .filter(({ dataset }) => dataset.dataType === 'user' && !dataset.pseudonymisedAtSource)
      .flatMap(({ period, rows }) => {
        const { end } = parsePeriod(period)!;
        return rows
          .filter(({ role }) => role === 'child')
          .map(({ cells }) => ({
            end,
            name: cells.get('first_name'),
            born: canonicalBirthDate(cells.get('date_of_birth')!),
          }));
      });
    expect(children.some(({ name, born, end }) => name === 'Baby' && born !== undefined && born >= end)).toBe(
      true,
    );
    expect(children.some(({ name, born, end }) => name === 'Baby' && born !== undefined && born < end)).toBe(
      true,
    );
  });

  it('have about the expected shares of people, administrative and engagement rows', () => {
    const rows = (matching: (dataset: Dataset) => boolean) =>
      filesRead.filter(({ dataset }) => matching(dataset)).reduce((sum, file) => sum + file.rows.length, 0);
    const administrative = rows(({ serviceDefinition }) => serviceDefinition.administrative);
    const users = rows(
      ({ serviceDefinition, dataType }) => !serviceDefinition.administrative && dataType === 'user',
    );
    const engagement = rows(
      ({ serviceDefinition, dataType }) => !serviceDefinition.administrative && dataType === 'engagement',
    );
    expect(engagement).toBeGreaterThan(users * 2);
    expect(administrative).toBeGreaterThan(users);
    expect(administrative).toBeLessThan((users + engagement) * 1.5);
  });

  it('of some services and datasets are written alone, and an unknown name is refused', async () => {
    const root = join(folder, 'some');
    const some = { ...options(programme), people: 200, only: ['baby-steps', 'health-visiting.outcome'] };
    const { manifest } = await writeProgramme(root, some);
    expect(new Set(manifest.files.map(({ dataset }) => dataset))).toEqual(
      new Set([
        ...['health-visiting.outcome'],
        ...['user', 'engagement', 'outcome', 'feedback', 'input'].map((type) => `baby-steps.${type}`),
      ]),
    );
    const unknown = { ...some, only: ['baby-steps', 'baby-step.user'] };
    await expect(writeProgramme(join(folder, 'unknown'), unknown)).rejects.toThrow(
      'no service or dataset baby-step.user',
    );
  });

  it('contain each case number of a service once', () => {
    const holders = new Map<string, string>();
    for (const { dataset, rows } of filesRead.filter(({ dataset: { dataType } }) => dataType === 'user')) {
      for (const { cells, person } of rows) {
        const key = `${dataset.id} ${cells.get('case_number')!}`;
        expect(holders.get(key) ?? person).toBe(person);
        holders.set(key, person);
      }
    }
  });
});

describe('faults', () => {
  const clearUsers = () =>
    filesRead
      .filter(({ dataset }) => dataset.dataType === 'user' && !dataset.pseudonymisedAtSource)
      .flatMap(({ rows }) => rows);
  const values = (name: string) => clearUsers().map(({ cells }) => cells.get(name) ?? '');

  it('occur in every identifier', () => {
    const emails = [...values('email'), ...values('carer_email')];
    expect(emails.some((email) => email.includes('none@none.com'))).toBe(true);
    expect(emails.some((email) => email !== '' && email === email.toUpperCase())).toBe(true);
    expect(emails.some((email) => /^ .* $/.test(email))).toBe(true);
    expect(values('nhs_number').some((number) => number !== '' && !canonicalNhsNumber(number))).toBe(true);
    expect(values('date_of_birth').some((date) => /^\d{5}$/.test(date))).toBe(true);
    expect(values('date_of_birth').filter((date) => canonicalBirthDate(date)).length).toBeGreaterThan(100);
    const mobiles = values('contact_number');
    expect(mobiles.some((mobile) => /^7\d{9}$/.test(mobile))).toBe(true);
    expect(mobiles.some((mobile) => mobile.startsWith('+44'))).toBe(true);
    const shared = Map.groupBy(
      mobiles.flatMap((mobile) => canonicalMobile(mobile) ?? []),
      (mobile) => mobile,
    );
    expect(
      Math.max(...[...shared].filter(([mobile]) => /^077009009/.test(mobile)).map(([, rows]) => rows.length)),
    ).toBeGreaterThan(4);
    expect(values('consent_given')).toEqual(expect.arrayContaining(['true', 'false']));
  });

  it('are more frequent in more deprived areas', () => {
    const share = (deciles: readonly number[]) => {
      const adults = clearUsers().filter(
        ({ person, role }) => role === 'adult' && deciles.includes(people.get(person)!.decile),
      );
      return adults.filter(({ cells }) => !canonicalEmail(cells.get('email')!)).length / adults.length;
    };
    expect(share([1, 2])).toBeGreaterThan(share([5, 6, 7, 8, 9, 10]) * 1.2);
    expect(share([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBeLessThan(0.15);
  });

  it('leave some rows that cannot be attributed to a person', () => {
    const engagement = filesRead
      .filter(({ dataset }) => dataset.dataType === 'engagement')
      .flatMap(({ rows }) => rows);
    const anonymous = engagement.filter(({ person }) => person === '').length / engagement.length;
    expect(anonymous).toBeGreaterThan(0.001);
    expect(anonymous).toBeLessThan(0.05);
  });
});

describe('assessments', () => {
  const rowsOf = (id: string) =>
    filesRead.filter(({ dataset }) => dataset.id === id).flatMap(({ rows }) => rows);

  it('of the profile at the end of reception are good exactly if the first twelve goals are met', () => {
    const rows = rowsOf('early-years-profile.outcome');
    expect(rows.length).toBeGreaterThan(50);
    for (const { cells } of rows) {
      const goals = [...cells].filter(([name]) => /_e(0\d|1[0-2])$/.test(name)).map(([, result]) => result);
      expect(goals).toHaveLength(12);
      expect(cells.get('score')).toBe(goals.every((result) => result === '2') ? '1' : '0');
    }
  });

  it('are left out for the academic years that do not exist', async () => {
    const root = join(folder, 'earlier');
    const { manifest } = await writeProgramme(root, {
      ...options(programme),
      ...{ people: 1500, quarters: 12, endPeriod: parsePeriod('2022-23-Q3')!.code },
      only: ['early-years-profile', 'child-measurement'],
    });
    const years = (id: string) =>
      manifest.files.filter(({ dataset }) => dataset === id).map(({ period }) => period);
    expect(years('child-measurement.outcome')).toEqual(['2020-21-AY', '2021-22-AY']);
    expect(years('early-years-profile.outcome')).toEqual(['2021-22-AY']);
  });

  it('of five domains by one questionnaire have points in fives, most of them as expected', () => {
    const byChild = Map.groupBy(rowsOf('health-visiting.outcome'), ({ person }) => person);
    expect(byChild.size).toBeGreaterThan(50);
    for (const rows of byChild.values()) {
      expect(new Set(rows.map(({ cells }) => cells.get('measure'))).size).toBe(5);
      expect(new Set(rows.map(({ cells }) => cells.get('occasion'))).size).toBe(1);
      expect(rows.every(({ cells }) => Number(cells.get('score')) % 5 === 0)).toBe(true);
    }
    const low = [...byChild.values()].filter((rows) =>
      rows.some(({ cells }) => Number(cells.get('score')) < 20),
    );
    expect(low.length / byChild.size).toBeLessThan(0.25);
  });
});

describe('truth', () => {
  interface Counted {
    readonly children: Set<string>;
    readonly adults: Set<string>;
    readonly families: Set<string>;
  }

  /** Recounts reach from the files and the truth about their rows, without the generator’s counters. */
  function recount() {
    const counts = new Map<string, Counted>();
    const count = (scope: string, person: string) => {
      const { role, family, decile } = people.get(person)!;
      for (const key of [scope, `${scope} ${decile}`]) {
        const counted = counts.get(key) ?? { children: new Set(), adults: new Set(), families: new Set() };
        counts.set(key, counted);
        (role === 'child' ? counted.children : counted.adults).add(person);
        counted.families.add(family);
      }
    };
    const quarters = Object.keys(written.reach.periods).map((code) => parsePeriod(code)!);
    for (const { dataset, rows } of filesRead.filter(
      ({ dataset: { dataType } }) => dataType === 'engagement',
    )) {
      const kinds = programme.qualifyingSessionKinds(dataset.id);
      const { strand, id } = dataset.serviceDefinition;
      for (const { cells, person, role, reachedIn } of rows) {
        const counts =
          person !== '' &&
          (role === 'child' || role === 'adult') &&
          cells.get('attended') === 'true' &&
          kinds.has(cells.get('session_kind')!);
        if (!counts) {
          expect(reachedIn).toBe('');
          continue;
        }
        const day = canonicalBirthDate(cells.get('session_date')!)!;
        const quarter = quarters.find((period) => contains(period, day))!;
        expect(reachedIn).toBe(quarter.code);
        for (const period of [quarter.code, 'lifetime']) {
          for (const scope of ['programme', `strand ${strand!}`, `service ${id}`])
            count(`${period} ${scope}`, person);
        }
      }
    }
    return counts;
  }

  it('equals a recount of the files, for every period, scope and decile', async () => {
    const counts = recount();
    const none = { children: new Set(), adults: new Set(), families: new Set() };
    let compared = 0;
    const compare = (key: string, reach: { children: number; adults: number; families: number }) => {
      const { children, adults, families } = counts.get(key) ?? none;
      expect({ key, children: reach.children, adults: reach.adults, families: reach.families }).toEqual({
        key,
        children: children.size,
        adults: adults.size,
        families: families.size,
      });
      compared += 1;
    };
    for (const [period, reach] of [
      ...Object.entries(written.reach.periods),
      ['lifetime', written.reach.lifetime] as const,
    ]) {
      const scopes = [
        ['programme', reach.programme] as const,
        ...Object.entries(reach.strands).map(([id, scope]) => [`strand ${id}`, scope] as const),
        ...Object.entries(reach.services).map(([id, scope]) => [`service ${id}`, scope] as const),
      ];
      for (const [id, scope] of scopes) {
        compare(`${period} ${id}`, scope);
        for (const [decile, part] of Object.entries(scope.byDecile))
          compare(`${period} ${id} ${decile}`, part);
      }
    }
    expect(compared).toBeGreaterThan(500);
    expect(written.reach.lifetime.programme.children).toBeGreaterThan(500);
    expect(JSON.parse(await readFile(join(folder, 'truth/reach.json'), 'utf8'))).toEqual(written.reach);
    expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toEqual(written.manifest);
  });

  it('counts engagement that is reported a quarter late in the quarter of its date', () => {
    const late = filesRead
      .filter(({ dataset }) => dataset.dataType === 'engagement')
      .flatMap(({ period, rows }) => {
        const { start } = parsePeriod(period)!;
        return rows.filter(({ cells }) => canonicalBirthDate(cells.get('session_date')!)! < start);
      });
    expect(late.length).toBeGreaterThan(10);
  });

  it('has most families in one service and some in several', () => {
    const servicesOf = new Map<string, Set<string>>();
    for (const { dataset, rows } of filesRead.filter(
      ({ dataset: { dataType, serviceDefinition } }) =>
        dataType === 'engagement' && !serviceDefinition.administrative,
    )) {
      for (const { person } of rows) {
        const family = people.get(person)?.family ?? '';
        if (family === '') continue;
        servicesOf.set(family, (servicesOf.get(family) ?? new Set()).add(dataset.service));
      }
    }
    const share = (matching: (count: number) => boolean) =>
      [...servicesOf.values()].filter(({ size }) => matching(size)).length / servicesOf.size;
    expect(share((count) => count === 1)).toBeGreaterThan(0.78);
    expect(share((count) => count === 1)).toBeLessThan(0.93);
    expect(share((count) => count >= 2 && count <= 4)).toBeGreaterThan(0.06);
  });

  it('leaves practitioners and volunteers out of reach', () => {
    const workers = [...people.values()].filter(
      ({ role }) => role === 'practitioner' || role === 'volunteer',
    );
    expect(workers.length).toBeGreaterThan(5);
    expect(workers.every(({ family }) => family === '')).toBe(true);
  });
});
