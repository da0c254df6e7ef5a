-- Files between intake and pseudonymisation: sealed chunks, and the wrapped key that opens them.
CREATE SCHEMA landing;

CREATE TABLE landing.file (
  upload           text PRIMARY KEY CHECK (upload ~ '^[0-9a-f]{32}$'),
  wrapped_data_key bytea NOT NULL,
  wrapped_seed     bytea NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now()
);

-- No foreign key with cascade: the deletion counts what it deletes, in one statement.
CREATE TABLE landing.chunk (
  upload text NOT NULL,
  kind   text NOT NULL CHECK (kind IN ('rows', 'errors')),
  n      integer NOT NULL CHECK (n >= 0),
  rows   integer NOT NULL CHECK (rows >= 0),
  sealed bytea NOT NULL,
  PRIMARY KEY (upload, kind, n)
);
-- Ciphertext does not compress.
ALTER TABLE landing.chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- What is deleted should leave the disk soon, not when a fifth of the table is dead.
ALTER TABLE landing.chunk SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100,
                               toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 1000);
ALTER TABLE landing.file SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10);

-- Evidence that a file went; kept.
CREATE TABLE landing.deletion (
  upload     text NOT NULL,
  reason     text NOT NULL CHECK (reason IN ('pseudonymised', 'discarded', 'expired', 'refused', 'interrupted')),
  chunks     integer NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON landing.deletion (upload);

GRANT USAGE ON SCHEMA landing TO kinledger_ingest, kinledger_pseudonymiser;
GRANT SELECT, INSERT, DELETE ON landing.file, landing.chunk TO kinledger_ingest;
GRANT SELECT, DELETE ON landing.file, landing.chunk TO kinledger_pseudonymiser;
GRANT SELECT, INSERT ON landing.deletion TO kinledger_ingest, kinledger_pseudonymiser;
