-- Somebody stated that a provider has nothing to report for a dataset and period: ADR 0051. Kept when it is undone, by a person or by a file.
CREATE TABLE ingest.nil_return (
  id             text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{32}$'),
  provider       text NOT NULL,
  dataset        text NOT NULL,
  period         text NOT NULL,
  made_by        text NOT NULL,
  on_behalf_of   text,
  -- Version of the words that the person confirmed.
  attested_words integer NOT NULL CHECK (attested_words > 0),
  made_at        timestamptz NOT NULL,
  undone_at      timestamptz,
  undone_by      text,
  -- The submission that undid it; null where a person did.
  undone_with    text REFERENCES ingest.submission (submission),
  CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
  CHECK (undone_with IS NULL OR undone_at IS NOT NULL)
);
CREATE UNIQUE INDEX ON ingest.nil_return (dataset, period) WHERE undone_at IS NULL;
GRANT SELECT, INSERT, UPDATE (undone_at, undone_by, undone_with) ON ingest.nil_return TO kinledger_ingest;
