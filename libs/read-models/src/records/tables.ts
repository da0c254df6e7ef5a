import { deletedByRecord, readTable, type ReadTable } from '../read-table.js';

/**
 * A fact's table holds what its row says; where the row belongs, and whether it counts, stands once, in `record`.
 * The body of an erased record goes; what the ledger says of it stays.
 */
export const tables: readonly ReadTable[] = [
  readTable(
    `CREATE TABLE record (
  record_id uuid PRIMARY KEY,
  row_key uuid NOT NULL,
  dataset text NOT NULL,
  submission_id uuid NOT NULL,
  role text NOT NULL,
  state text NOT NULL CHECK (state IN ('linked', 'set-aside', 'retired')),
  reason text,
  individual_id uuid,
  -- The event that brought the record into the ledger, and its place in the event’s list.
  entered bigint NOT NULL,
  ordinal smallint NOT NULL,
  -- A person record, or a fact with attributes: survivorship looks at no other while an individual has one.
  attributed boolean NOT NULL,
  -- The day of the event or of the registration.
  as_of date,
  -- What tells this row's person from others (see marksOf): 1 an NHS number, 2 a birth date or a child key, 3 both.
  marks smallint NOT NULL,
  -- Stands for the provider's own case number; compared only among the records of one individual.
  case_mark bigint
);
CREATE INDEX record_individual ON record (individual_id);`,
    {
      erasure: {
        holds: 'what records say',
        erase: `UPDATE record SET state = 'retired', reason = 'erased', attributed = false, as_of = NULL, marks = 0, case_mark = NULL
       WHERE record_id = ANY ($1::uuid[])`,
      },
    },
  ),
  readTable(
    `CREATE TABLE record_attribute (
  record_id uuid NOT NULL,
  attributes jsonb NOT NULL
);`,
    { erasure: deletedByRecord('record_attribute') },
  ),
  readTable(
    `CREATE TABLE engagement (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  session_kind text NOT NULL,
  attended boolean NOT NULL,
  minutes int,
  qualifying boolean NOT NULL
);`,
    { erasure: deletedByRecord('engagement') },
  ),
  readTable(
    `CREATE TABLE outcome (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  instrument text NOT NULL,
  measure text NOT NULL,
  occasion text NOT NULL,
  score double precision NOT NULL
);`,
    { erasure: deletedByRecord('outcome') },
  ),
  readTable(
    `CREATE TABLE feedback (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  question text NOT NULL,
  rating int NOT NULL
);`,
    { erasure: deletedByRecord('feedback') },
  ),
  readTable(
    `CREATE TABLE input (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  category text NOT NULL,
  item text NOT NULL,
  quantity double precision NOT NULL,
  unit text NOT NULL
);`,
    { erasure: deletedByRecord('input') },
  ),
  readTable(
    `CREATE TABLE individual (
  individual_id uuid PRIMARY KEY,
  role text NOT NULL,
  attributes jsonb NOT NULL,
  provenance jsonb NOT NULL,
  registered bigint NOT NULL,
  forwarded_to uuid
);`,
    // Of an individual whose records are retired survivorship leaves its id, and what its other records say.
    { erasure: { holds: 'what follows from records', goesWith: ['RecordsRetired'] } },
  ),
];

export const functions = `-- Objects laid over one another, in the order in which they come: the last word on a member stands.
CREATE AGGREGATE merged (jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
`;

export const indexes = `ALTER TABLE record_attribute ADD PRIMARY KEY (record_id);
ALTER TABLE engagement ADD PRIMARY KEY (record_id);
ALTER TABLE outcome ADD PRIMARY KEY (record_id);
ALTER TABLE feedback ADD PRIMARY KEY (record_id);
ALTER TABLE input ADD PRIMARY KEY (record_id);
CREATE INDEX record_attributed ON record (individual_id) WHERE attributed;
CREATE INDEX engagement_date ON engagement (event_date);
`;
