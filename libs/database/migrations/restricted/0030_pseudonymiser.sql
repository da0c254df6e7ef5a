-- What the pseudonymiser has finished, its outbox, and which keys it uses. No value of a row is here.
CREATE SCHEMA pseudonymiser;

-- One row per file that is done with, whichever way. It is never changed: a second delivery reads its answer here.
CREATE TABLE pseudonymiser.finished_file (
  submission  text PRIMARY KEY CHECK (submission ~ '^[0-9a-f]{32}$'),
  upload      text NOT NULL CHECK (upload ~ '^[0-9a-f]{32}$'),
  outcome     text NOT NULL CHECK (outcome IN ('pseudonymised', 'unprocessable')),
  rows        integer NOT NULL CHECK (rows >= 0),
  chunks      integer NOT NULL CHECK (chunks >= 0),
  -- Why it cannot be processed; its rows wait in the landing store for an operator.
  reason      text,
  finished_at timestamptz NOT NULL,
  CHECK ((outcome = 'unprocessable') = (reason IS NOT NULL))
);

-- Fingerprints of the keys in use, so that a service that was given other keys refuses to start.
CREATE TABLE pseudonymiser.key_fingerprint (
  name        text PRIMARY KEY,
  fingerprint text NOT NULL,
  first_used  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE pseudonymiser.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  headers json NOT NULL,
  value bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE pseudonymiser.outbox ALTER COLUMN value SET STORAGE EXTERNAL;

GRANT USAGE ON SCHEMA pseudonymiser TO kinledger_pseudonymiser;
GRANT SELECT, INSERT ON pseudonymiser.finished_file, pseudonymiser.key_fingerprint TO kinledger_pseudonymiser;
GRANT SELECT, INSERT, DELETE ON pseudonymiser.outbox TO kinledger_pseudonymiser;
