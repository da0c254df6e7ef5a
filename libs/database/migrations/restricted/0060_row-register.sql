-- What rows of a file are known by in other files of its dataset, as keyed hashes of 64 bits: of the row id or natural key, of
-- the natural key with whom the row is about, and of what the row says. Sorted by the first two. It is kept for as long as the
-- file may stand, so that the next one is told what it would replace and retire. See ADR 0017.
CREATE TABLE ingest.row_register (
  upload  text NOT NULL REFERENCES ingest.upload (upload) ON DELETE CASCADE,
  -- 0 is the whole; others are parts of it while it is made.
  run     integer NOT NULL CHECK (run >= 0),
  page    integer NOT NULL CHECK (page >= 0),
  entries bytea NOT NULL,
  PRIMARY KEY (upload, run, page)
);
-- Hashes do not compress.
ALTER TABLE ingest.row_register ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE ingest.row_register SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Rows that nothing makes known in another file. NULL where no register of the upload is kept.
ALTER TABLE ingest.upload ADD COLUMN rows_alone integer;
-- What submitting it would have done when it was received, by mode.
ALTER TABLE ingest.upload ADD COLUMN if_submitted jsonb;
-- What it did, by what stood when it was submitted.
ALTER TABLE ingest.submission ADD COLUMN effect jsonb;

GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.row_register TO kinledger_ingest;
