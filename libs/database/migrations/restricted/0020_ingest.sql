-- Uploads and what became of them. No value of a row is here: rows and error reports are sealed in schema landing.
CREATE SCHEMA ingest;

CREATE TABLE ingest.upload (
  upload          text PRIMARY KEY CHECK (upload ~ '^[0-9a-f]{32}$'),
  provider        text NOT NULL,
  dataset         text NOT NULL,
  period          text NOT NULL,
  state           text NOT NULL CHECK (state IN ('receiving', 'validated', 'refused', 'discarded', 'accepted')),
  -- Why it was refused or discarded.
  reason          text,
  uploaded_by     text NOT NULL,
  received_at     timestamptz NOT NULL DEFAULT now(),
  -- A receiving upload says that it is alive; one that has not for a while was interrupted.
  alive_at        timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz,
  bytes           bigint,
  content_hash    text,
  schema_hash     text NOT NULL,
  encoding        text,
  -- Schema field to column number. Header texts are not kept.
  mapping         jsonb,
  unknown_columns integer,
  counts          jsonb,
  findings        jsonb,
  -- The submission that a submit of this upload was answered with: its own, or one with the same content.
  submission      text
);
CREATE INDEX ON ingest.upload (expires_at) WHERE state IN ('validated', 'refused');
CREATE INDEX ON ingest.upload (alive_at) WHERE state = 'receiving';

CREATE TABLE ingest.submission (
  submission          text PRIMARY KEY CHECK (submission ~ '^[0-9a-f]{32}$'),
  upload              text NOT NULL UNIQUE REFERENCES ingest.upload (upload),
  intake              integer NOT NULL UNIQUE,
  provider            text NOT NULL,
  dataset             text NOT NULL,
  period              text NOT NULL,
  sequence            integer NOT NULL CHECK (sequence > 0),
  mode                text NOT NULL CHECK (mode IN ('replace', 'add')),
  supersedes          text[] NOT NULL,
  content_hash        text NOT NULL,
  schema_hash         text NOT NULL,
  agreement           text NOT NULL,
  attested_by         text NOT NULL,
  on_behalf_of        text,
  accepted_at         timestamptz NOT NULL,
  withdrawn_at        timestamptz,
  withdrawal_intake   integer UNIQUE,
  withdrawal_reason   text,
  withdrawn_by        text,
  UNIQUE (dataset, period, sequence),
  CHECK ((withdrawn_at IS NULL) = (withdrawal_intake IS NULL))
);
CREATE INDEX ON ingest.submission (provider, intake);

-- The last number in the order of intake. Whoever takes the next holds this row until its transaction ends: that makes
-- the order gapless, and the same as the order in which accepted files become visible.
CREATE TABLE ingest.intake (
  programme text PRIMARY KEY,
  last      integer NOT NULL CHECK (last >= 0)
);

CREATE TABLE ingest.outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic      text NOT NULL,
  key        text NOT NULL,
  headers    json NOT NULL,
  value      bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE ingest.outbox ALTER COLUMN value SET STORAGE EXTERNAL;

GRANT USAGE ON SCHEMA ingest TO kinledger_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.upload TO kinledger_ingest;
GRANT SELECT, INSERT, UPDATE ON ingest.submission, ingest.intake TO kinledger_ingest;
GRANT SELECT, INSERT, DELETE ON ingest.outbox TO kinledger_ingest;
