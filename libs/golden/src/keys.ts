import type { GoldenColumn } from './golden-table.js';

/** The key that stands for what is not known, in every dimension. */
export const UNKNOWN = -1;

/** The key of individuals in facts of a dataset that the definition calls sensitive. */
export const WITHHELD = -2;

/** SQL of the key of a day. Keys of days sort as the days do. */
export const dateKey = (day: string): string => `coalesce(${day} - DATE '0001-01-01', ${UNKNOWN})`;

/** SQL of the day in Europe/London of a point in time. */
export const londonDay = (time: string): string => `(${time} AT TIME ZONE 'Europe/London')::date`;

const month = (day: string): string =>
  `extract(year FROM ${day})::int * 12 + extract(month FROM ${day})::int - 1`;

/** SQL of the rank of a period by its first day and its months: the one order of periods, as `periodRank` has it. */
export const periodKey = (firstDay: string, months: number): string =>
  `((${month(firstDay)}) * 13 + ${months})`;

/**
 * SQL of the key of an LSOA: its nine characters as a number. What is no code of an LSOA has none.
 */
export const areaKey = (lsoa: string): string =>
  `coalesce(CASE WHEN ${lsoa} ~ '^[A-Z][0-9]{8}$' THEN (ascii(${lsoa}) - 64) * 100000000::bigint + substr(${lsoa}, 2)::int END, ${UNKNOWN})`;

/** SQL of a table of a few rows with these columns. */
export const valuesOf = (
  name: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string =>
  `(VALUES ${rows.map((row) => `(${row.map(literal).join(', ')})`).join(', ')}) AS ${name} (${columns.join(', ')})`;

function literal(value: string | number | boolean | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/**
 * The records of each dataset by its number, with its service; `sensitive` where any definition of the ledger said so,
 * and where the one in force does not have the dataset, because nobody can tell what the dataset was.
 */
export const datasets = `datasets AS MATERIALIZED (
  SELECT n.number, n.dataset, d.data_type, coalesce(s.ordinal + 1, ${UNKNOWN}) AS service_key,
         bool_or(said.id IS NULL OR withheld.dataset IS NOT NULL) AS sensitive
  FROM numbered_dataset n
  LEFT JOIN dataset d ON d.dataset = n.dataset
  LEFT JOIN service s ON s.service = d.service
  LEFT JOIN (SELECT jsonb_array_elements(definition->'datasets')->>'id' AS id FROM programme) said ON said.id = n.dataset
  LEFT JOIN sensitive_dataset withheld ON withheld.dataset = n.dataset
  GROUP BY n.number, n.dataset, d.data_type, s.ordinal
)`;

/**
 * Individuals with a live record of a dataset that is not sensitive, and what survives of them without what a record of a
 * sensitive dataset says. Comes after {@link datasets}.
 */
export const people = `of_sensitive AS MATERIALIZED (
  SELECT r.individual, array_agg(r.number) AS records
  FROM datasets d JOIN numbered_record r ON r.dataset = d.number
  WHERE d.sensitive AND r.individual IS NOT NULL GROUP BY r.individual
), people AS (
  SELECT i.number, i.role, survived.said
  FROM numbered_individual i
  LEFT JOIN of_sensitive o ON o.individual = i.number
  -- Computed once for a person, and for those alone who are asked for.
  CROSS JOIN LATERAL (
    SELECT CASE WHEN o.records IS NULL THEN i.attributes::jsonb ELSE i.attributes::jsonb - ARRAY(
             SELECT origin.key FROM jsonb_each_text(i.provenance::jsonb) AS origin WHERE origin.value::int = ANY (o.records)
           ) END AS said
    OFFSET 0
  ) survived
  WHERE i.forwarded_to IS NULL AND EXISTS (
    SELECT FROM numbered_record r JOIN datasets d ON d.number = r.dataset
    WHERE r.individual = i.number AND NOT d.sensitive AND r.state <> 'retired'
  )
)`;

/** SQL of the individual of a record `r` of the dataset `d`. */
export const individualKey = `CASE WHEN d.sensitive THEN ${WITHHELD} ELSE coalesce(r.individual, ${UNKNOWN}) END`;

/** Columns that every fact about one record has, after its key. */
export const recordColumns = {
  individual_key: {
    type: 'int',
    meaning: `The individual that the record is linked to. ${UNKNOWN}: none, because the record is set aside. ${WITHHELD}: withheld, because the dataset is sensitive.`,
    source: 'the linker’s decisions in the ledger',
    definition: 'as the links stand at the position of the read models',
    refersTo: { table: 'individual' },
  },
  service_key: {
    type: 'int',
    meaning: `The service whose dataset the record is in; ${UNKNOWN} where the definition no longer has the dataset.`,
    source: 'programme definition: datasets',
    refersTo: { table: 'service' },
  },
  submission_key: {
    type: 'int',
    meaning: 'The file that the record came in.',
    source: 'the ledger: SubmissionReceived',
    refersTo: { table: 'submission_quality' },
  },
  role: {
    type: 'text',
    meaning:
      'The role of the row’s person: child, adult, practitioner, volunteer, or none for activity without a person.',
    source: 'the dataset’s role, or its column of roles',
  },
  state: {
    type: 'text',
    meaning: 'linked, or set-aside where no individual could be told.',
    source: 'the linker’s decisions in the ledger',
  },
  set_aside_because: {
    type: 'text',
    nullable: true,
    meaning:
      'Why a record is set aside: unlinkable (nothing to link it by), referred (a review is due), impersonal (no person).',
    source: 'the linker’s decisions in the ledger',
  },
} as const satisfies Readonly<Record<string, GoldenColumn>>;

/** SQL of the same columns, of a record `r` of the dataset `d`. */
export const recordValues = `${individualKey}, coalesce(d.service_key, ${UNKNOWN}), r.submission, r.role, r.state, r.reason`;

export const recordKey = {
  type: 'int',
  meaning: 'Opaque key of the record. It stays the same in every rebuild.',
  source: 'the record’s place in the ledger',
} as const satisfies GoldenColumn;

/** A date that a fact is about, in a role. */
export const dateColumn = (role: string, meaning: string, source: string) =>
  ({
    type: 'int',
    meaning: `${meaning} ${UNKNOWN} where it is not known.`,
    source,
    refersTo: { table: 'date', role },
  }) as const satisfies GoldenColumn;
