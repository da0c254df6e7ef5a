import { parsePeriod } from '@kinledger/domain';
import { defineSmall, publishSmallProgramme } from '@kinledger/figures/testing';
import type { Dataset, Programme } from '@kinledger/programme';
import { generateProgramme, type SyntheticRow } from '@kinledger/synthetic';
import { parse } from 'csv-parse/sync';
import type pg from 'pg';

const QUARTERS = 8;

type Field = Dataset['schema']['fields'][number];

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Reads cells of rows by the names of fields, by the titles that the generator gives columns. */
class Cells {
  readonly #places = new Map<string, ReadonlyMap<string, number>>();

  of({ file, line }: SyntheticRow, { schema }: Dataset): (name: string) => string {
    const places = this.#places.get(file.path) ?? placesOf(file.header, schema.fields);
    this.#places.set(file.path, places);
    const [cells = []]: string[][] = parse(line, {
      relax_quotes: true,
      delimiter: delimiterOf(file.header),
    });
    return (name) => {
      const cell = cells[places.get(name) ?? -1]?.trim() ?? '';
      const { valueMap = {} } = schema.fields.find((field) => field.name === name)?.['x-kinledger'] ?? {};
      return Object.entries(valueMap).find(([spelling]) => plain(spelling) === plain(cell))?.[1] ?? cell;
    };
  }
}

const delimiterOf = (header: string): string =>
  [',', ';', '\t'].toSorted((one, other) => header.split(other).length - header.split(one).length)[0] ?? ',';

function placesOf(header: string, fields: readonly Field[]): ReadonlyMap<string, number> {
  const [titles = []]: string[][] = parse(header, {
    relax_quotes: true,
    bom: true,
    delimiter: delimiterOf(header),
  });
  return new Map(
    fields.map((field) => {
      const names = [field.title, field.name, ...field['x-kinledger'].aliases].map(plain);
      return [field.name, titles.findIndex((title) => names.includes(plain(title)))];
    }),
  );
}

function dayOf(cell: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(cell) ?? [];
  if (year !== undefined) return `${year}-${month ?? ''}-${day ?? ''}`;
  const [, d, m, y] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})/.exec(cell) ?? [];
  if (y === undefined) throw new Error(`the day is in a form that this test does not read: ${cell}`);
  return `${y}-${(m ?? '').padStart(2, '0')}-${(d ?? '').padStart(2, '0')}`;
}

export interface TrueScore {
  readonly person: string;
  readonly dataset: string;
  readonly day: string;
  readonly measure: string;
  readonly occasion: string;
  readonly score: number;
}

const instruments: Readonly<Record<string, string>> = {
  'early-years-profile.outcome': 'eyfsp',
  'health-visiting.outcome': 'asq-3',
  'maternity.outcome': 'birth',
};

export interface TruePerson {
  readonly person: string;
  readonly family: string;
  readonly role: string;
  readonly decile: number;
  readonly ethnicity: string;
}

/** Who came to a service, and the first day of the quarter in which that was first. */
export interface TrueUse {
  readonly person: string;
  readonly role: string;
  readonly service: string;
  readonly day: string;
}

export interface PlantedTruth {
  readonly people: readonly TruePerson[];
  readonly scores: readonly TrueScore[];
  readonly engaged: readonly TrueUse[];
}

/** The truth of a generated programme: who belongs together, what was scored, and who came to which service from when. */
export async function plantedTruth(
  programme: Programme,
  size: { readonly people: number; readonly seed: string },
): Promise<PlantedTruth> {
  const generated = await generateProgramme({ programme, quarters: QUARTERS, salt: 'mackerel', ...size });
  const people: TruePerson[] = [];
  const scores: TrueScore[] = [];
  const engaged = new Map<string, TrueUse>();
  const cells = new Cells();
  for (const item of generated.items()) {
    if (item.of === 'person') {
      people.push(item);
      continue;
    }
    const dataset = programme.dataset(item.file.dataset);
    if (dataset === undefined || item.person === '') continue;
    const { person, role } = item;
    if (item.reachedIn !== undefined) {
      const day = parsePeriod(item.reachedIn)?.start ?? '';
      const key = `${person} ${dataset.service}`;
      const known = engaged.get(key);
      if (known === undefined || day < known.day)
        engaged.set(key, { person, role, service: dataset.service, day });
    }
    if (instruments[dataset.id] === undefined) continue;
    const cell = cells.of(item, dataset);
    const add = (day: string, measure: string, occasion: string, score: string) => {
      scores.push({
        person,
        dataset: dataset.id,
        day: dayOf(cell(day)),
        measure,
        occasion,
        score: Number(score),
      });
    };
    switch (dataset.id) {
      case 'early-years-profile.outcome':
        add('assessment_date', 'good-level-of-development', 'end-of-reception', cell('score'));
        break;
      case 'health-visiting.outcome':
        add('assessment_date', cell('measure'), cell('occasion'), cell('score'));
        break;
      case 'maternity.outcome': {
        const weight = Number(cell('birth_weight'));
        // Some sources write kilograms.
        add('birth_month_start', 'birth-weight-grams', 'birth', String(weight < 20 ? weight * 1000 : weight));
        break;
      }
      default:
    }
  }
  return { people, scores, engaged: [...engaged.values()] };
}

/** Writes the truth as read models, as if everybody had been linked without an error. */
export async function writePlantedTruth(
  client: pg.Client,
  programme: Programme,
  { people, scores, engaged }: PlantedTruth,
): Promise<void> {
  const { definition } = programme;
  await publishSmallProgramme(client, {
    services: definition.services.map(({ id, strand }) => ({ id, strand: strand ?? null })),
    ...{ people: [], engagements: [] },
  });
  await defineSmall(client, definition);
  await client.query('SET search_path TO golden');
  const columns = <Row extends object>(rows: readonly Row[], ...names: (keyof Row)[]) =>
    names.map((name) => rows.map((row) => row[name]));
  await client.query(
    `INSERT INTO area SELECT 'D' || decile, decile, true FROM generate_series(1, 10) AS decile;
     UPDATE service SET administrative = strand IS NULL;
     INSERT INTO dataset SELECT unnest(ARRAY['early-years-profile.outcome', 'health-visiting.outcome', 'maternity.outcome']),
       unnest(ARRAY['early-years-profile', 'health-visiting', 'maternity']), 'outcome', 'delta', 0, '{}';
     INSERT INTO numbered_dataset SELECT 900 + row_number() OVER (ORDER BY dataset), dataset FROM dataset WHERE data_type = 'outcome';
     CREATE TEMPORARY TABLE truth (number int GENERATED ALWAYS AS IDENTITY, person text PRIMARY KEY, family text);
     CREATE TEMPORARY TABLE scored (number int, score_of text, measure text, occasion text, score float8)`,
  );
  await client.query(
    `WITH given AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[]) AS g (person, family, role, decile, ethnicity)
     ), kept AS (INSERT INTO pg_temp.truth (person, family) SELECT person, family FROM given RETURNING *)
     INSERT INTO numbered_individual
     SELECT k.number, gen_random_uuid(), g.role, jsonb_build_object('lsoa', 'D' || g.decile, 'ethnicity', g.ethnicity), '{}', NULL
     FROM given g JOIN kept k USING (person)`,
    columns(people, 'person', 'family', 'role', 'decile', 'ethnicity'),
  );
  await client.query(
    `INSERT INTO numbered_member SELECT number, dense_rank() OVER (ORDER BY family), 'programme' FROM pg_temp.truth WHERE family <> ''`,
  );
  await client.query(
    `INSERT INTO numbered_record (number, individual, submission, as_of, record_id, row_key, dataset, marks, attributed, role, state,
       session_kind, attended, qualifying)
     SELECT row_number() OVER (), t.number, 0, g.day, gen_random_uuid(), gen_random_uuid(), n.number, 3, false, g.role, 'linked', 'group', true, true
     FROM unnest($1::text[], $2::text[], $3::text[], $4::date[]) AS g (person, role, service, day)
     JOIN pg_temp.truth t USING (person) JOIN numbered_dataset n ON n.dataset = g.service || '.engagement'`,
    columns(engaged, 'person', 'role', 'service', 'day'),
  );
  const numbered = scores.map((score, index) => ({
    ...{ ...score, number: 10_000_000 + index, instrument: instruments[score.dataset] },
  }));
  await client.query(
    `INSERT INTO numbered_record (number, individual, submission, as_of, record_id, row_key, dataset, marks, attributed, role, state)
     SELECT g.number, t.number, 0, g.day, gen_random_uuid(), gen_random_uuid(), n.number, 3, false, 'child', 'linked'
     FROM unnest($1::int[], $2::text[], $3::text[], $4::date[]) AS g (number, person, dataset, day)
     JOIN pg_temp.truth t USING (person) JOIN numbered_dataset n USING (dataset)`,
    columns(numbered, 'number', 'person', 'dataset', 'day'),
  );
  await client.query(
    `INSERT INTO numbered_outcome SELECT number, 0, instrument, measure, occasion, score
     FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::float8[]) AS g (number, instrument, measure, occasion, score)`,
    columns(numbered, 'number', 'instrument', 'measure', 'occasion', 'score'),
  );
  await client.query('RESET search_path; ANALYZE');
}
