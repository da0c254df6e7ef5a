import { readTable, type ReadTable } from '../read-table.js';

/** Deletes what erased records said from a table whose column `record` contains their numbers. */
const deletedByRecord = (table: string): ReadTable['erasure'] => ({
  holds: 'what records say',
  erase: `DELETE FROM ${table} WHERE record IN (SELECT number FROM numbered_record WHERE record_id = ANY ($1::uuid[]))`,
});

/**
 * A record and the content of its row form one narrow row with numbers in place of ids; the ids are stored beside them,
 * once. Facts of rarer kinds have their own tables. The body of an erased record is deleted; what the ledger says of it
 * stays. The views show the same with ids and words.
 */
export const tables: readonly ReadTable[] = [
  readTable(
    `CREATE TABLE numbered_record (
  -- By order of entry into the ledger.
  number int NOT NULL,
  individual int,
  submission int NOT NULL,
  -- The day of the event or of the registration.
  as_of date,
  -- Stands for the provider's own case number; compared only among the records of one individual.
  case_mark bigint,
  -- The same of a row without an identifier, which has no case_mark: its provider may have given the number to a family. Of the row
  -- itself where it has no number, so that it is never null of a row without an identifier.
  unidentified_case bigint,
  record_id uuid NOT NULL,
  row_key uuid NOT NULL,
  dataset smallint NOT NULL,
  -- What tells this row's person from others (see marksOf): 1 an NHS number, 2 a birth date or a child key, 3 both; 0 of a
  -- row without an identifier.
  marks smallint NOT NULL,
  -- A person record, or a fact with attributes: survivorship looks at no other while an individual has one.
  attributed boolean NOT NULL,
  role text NOT NULL,
  -- linked, set-aside or retired.
  state text NOT NULL,
  reason text,
  -- The four of an engagement, whose day is as_of.
  session_kind text,
  attended boolean,
  qualifying boolean,
  minutes int,
  -- JSON, by name; nothing where the row gives none.
  attributes text
);`,
    {
      erasure: {
        holds: 'what records say',
        erase: `UPDATE numbered_record SET state = 'retired', reason = 'erased', attributed = false, as_of = NULL, marks = 0, case_mark = NULL,
              unidentified_case = NULL, session_kind = NULL, attended = NULL, qualifying = NULL, minutes = NULL, attributes = NULL
       WHERE record_id = ANY ($1::uuid[])`,
      },
    },
  ),
  readTable(
    `CREATE TABLE numbered_outcome (
  record int NOT NULL,
  -- From 0, in the order of the row.
  place smallint NOT NULL,
  instrument text NOT NULL,
  measure text NOT NULL,
  occasion text NOT NULL,
  score double precision NOT NULL
);`,
    { erasure: deletedByRecord('numbered_outcome') },
  ),
  readTable(
    `CREATE TABLE numbered_feedback (
  record int NOT NULL,
  question text NOT NULL,
  rating int NOT NULL
);`,
    { erasure: deletedByRecord('numbered_feedback') },
  ),
  readTable(
    `CREATE TABLE numbered_input (
  record int NOT NULL,
  category text NOT NULL,
  item text NOT NULL,
  quantity double precision NOT NULL,
  unit text NOT NULL
);`,
    { erasure: deletedByRecord('numbered_input') },
  ),
  readTable(
    `CREATE TABLE numbered_individual (
  -- By order of registration.
  number int NOT NULL,
  individual_id uuid NOT NULL,
  role text NOT NULL,
  -- JSON, by name.
  attributes text NOT NULL,
  -- JSON: the number of the record that each attribute is from.
  provenance text NOT NULL,
  forwarded_to int
);`,
    // After its records are retired, survivorship leaves only the individual's id and the content of its other records.
    { erasure: { holds: 'what follows from records', goesWith: ['RecordsRetired'] } },
  ),
];

/**
 * A record has no index on its number: whatever changes a record finds it by its id or by its individual, and tables that
 * refer to numbers are joined as a whole.
 */
export const indexes = `CREATE INDEX numbered_record_id ON numbered_record USING hash (record_id);
CREATE INDEX numbered_record_individual ON numbered_record (individual) WHERE individual IS NOT NULL;
CREATE INDEX numbered_record_unidentified ON numbered_record (individual) WHERE unidentified_case IS NOT NULL AND state = 'linked';
CREATE INDEX numbered_record_day ON numbered_record USING brin (as_of) WITH (pages_per_range = 32, autosummarize = on);
ALTER TABLE numbered_outcome ADD PRIMARY KEY (record, place);
ALTER TABLE numbered_feedback ADD PRIMARY KEY (record);
ALTER TABLE numbered_input ADD PRIMARY KEY (record);
ALTER TABLE numbered_individual ADD PRIMARY KEY (number);
CREATE UNIQUE INDEX numbered_individual_id ON numbered_individual (individual_id);
`;

const fact = (name: string, columns: string) => `
CREATE VIEW ${name} AS
  SELECT r.record_id, r.as_of AS event_date, ${columns}
  FROM numbered_${name} f JOIN numbered_record r ON r.number = f.record;`;

export const views = `CREATE VIEW record AS
  SELECT r.record_id, r.row_key, d.dataset, s.submission_id, r.role, r.state, r.reason, i.individual_id, r.number AS entered,
         r.attributed, r.as_of, r.marks, r.case_mark, r.unidentified_case
  FROM numbered_record r
  LEFT JOIN numbered_dataset d ON d.number = r.dataset
  LEFT JOIN submission s ON s.number = r.submission
  LEFT JOIN numbered_individual i ON i.number = r.individual;
CREATE VIEW record_attribute AS
  SELECT record_id, attributes::jsonb AS attributes FROM numbered_record WHERE attributes IS NOT NULL;
CREATE VIEW engagement AS
  SELECT record_id, as_of AS event_date, session_kind, attended, minutes, qualifying
  FROM numbered_record WHERE session_kind IS NOT NULL;${fact('outcome', 'f.place, f.instrument, f.measure, f.occasion, f.score')}${fact('feedback', 'f.question, f.rating')}${fact('input', 'f.category, f.item, f.quantity, f.unit')}
CREATE VIEW individual AS
  SELECT i.individual_id, i.role, i.attributes::jsonb AS attributes,
         (SELECT coalesce(jsonb_object_agg(source.name, replace(r.record_id::text, '-', '')), '{}')
          FROM jsonb_each_text(i.provenance::jsonb) AS source (name, number)
          JOIN numbered_record r ON r.individual = i.number AND r.number = source.number::int) AS provenance,
         i.number AS registered, f.individual_id AS forwarded_to
  FROM numbered_individual i LEFT JOIN numbered_individual f ON f.number = i.forwarded_to;
`;
