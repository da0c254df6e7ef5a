-- Erasure of a person by the person's own identifiers, and suppression: ADR 0038.

-- What somebody said of a person, sealed, from the request until the pseudonymiser has read it.
CREATE TABLE landing.person_request (
  request          text PRIMARY KEY,
  wrapped_data_key bytea NOT NULL,
  sealed           bytea NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now()
);
-- What is deleted should leave the disk soon.
ALTER TABLE landing.person_request SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
GRANT INSERT ON landing.person_request TO kinledger_ingest;
GRANT SELECT, DELETE ON landing.person_request TO kinledger_pseudonymiser;

-- Requests to erase a person, or to lift a suppression, and how the pseudonymiser answered. No identifier is here. What is
-- to be erased is ordered by the command with the request's id.
CREATE TABLE ingest.person_request (
  id           text PRIMARY KEY,
  act          text NOT NULL CHECK (act IN ('erase', 'lift')),
  -- Whether several individuals may be erased.
  several      boolean NOT NULL,
  asked_by     text NOT NULL,
  organisation text,
  reason       text NOT NULL,
  asked_at     timestamptz NOT NULL,
  outcome      text CHECK (outcome IN ('done', 'refused')),
  refusal      text,
  -- By how many marks the person is suppressed, or no longer is.
  marks        integer CHECK (marks >= 0),
  answered_at  timestamptz,
  CHECK ((outcome IS NULL) = (answered_at IS NULL)),
  CHECK ((outcome = 'refused') = (refusal IS NOT NULL)),
  CHECK ((outcome IS NULL) = (marks IS NULL))
);
GRANT SELECT, INSERT ON ingest.person_request TO kinledger_ingest;
GRANT UPDATE (outcome, refusal, marks, answered_at) ON ingest.person_request TO kinledger_ingest;

-- Who is suppressed, by marks that name nobody: MACs of a digest or row key under a key of their own. Each line says that a
-- mark is suppressed or lifted from then on. Lines have numbers without holes, in the order in which they are committed, so
-- that what was in force when a file was begun can be said again. The same lines are in a list outside the databases.
CREATE TABLE pseudonymiser.suppression (
  line    integer PRIMARY KEY CHECK (line > 0),
  request text NOT NULL,
  act     text NOT NULL CHECK (act IN ('suppress', 'lift')),
  kind    text NOT NULL CHECK (kind IN ('nhs-number', 'child-key', 'row-key')),
  mac     text NOT NULL CHECK (mac ~ '^[0-9a-f]{32}$'),
  reason  text NOT NULL,
  by      text NOT NULL,
  at      timestamptz NOT NULL,
  UNIQUE (request, kind, mac)
);
CREATE INDEX ON pseudonymiser.suppression (mac, line);
GRANT SELECT, INSERT ON pseudonymiser.suppression TO kinledger_pseudonymiser;

-- How a request was answered, and what intake orders the erasure with: it takes that out when it is ordered.
CREATE TABLE pseudonymiser.person_answer (
  request     text PRIMARY KEY,
  outcome     text NOT NULL CHECK (outcome IN ('done', 'refused')),
  refusal     text,
  marks       integer NOT NULL CHECK (marks >= 0),
  tokens      jsonb NOT NULL,
  row_keys    text[] NOT NULL,
  key_version integer NOT NULL CHECK (key_version > 0),
  answered_at timestamptz NOT NULL,
  CHECK ((outcome = 'refused') = (refusal IS NOT NULL))
);
ALTER TABLE pseudonymiser.person_answer SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
GRANT SELECT, INSERT ON pseudonymiser.person_answer TO kinledger_pseudonymiser;
GRANT SELECT, UPDATE (tokens, row_keys) ON pseudonymiser.person_answer TO kinledger_ingest;

-- Up to which line of the suppressions a file is read, from before its first row is published until its last one is: its
-- rows are the same each time.
CREATE TABLE pseudonymiser.begun_file (
  submission text PRIMARY KEY CHECK (submission ~ '^[0-9a-f]{32}$'),
  -- The place in the order of intake for which it was begun.
  intake     integer NOT NULL,
  lines      integer NOT NULL CHECK (lines >= 0)
);
GRANT SELECT, INSERT, DELETE ON pseudonymiser.begun_file TO kinledger_pseudonymiser;

-- Rows of suppressed people, which went no further.
ALTER TABLE pseudonymiser.finished_file ADD COLUMN suppressed integer NOT NULL DEFAULT 0 CHECK (suppressed >= 0);
CREATE INDEX ON pseudonymiser.finished_file (upload);
GRANT SELECT (upload, outcome, suppressed) ON pseudonymiser.finished_file TO kinledger_ingest;
