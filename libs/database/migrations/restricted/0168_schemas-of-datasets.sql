-- Every schema under which a dataset was taken here, in canonical JSON whose SHA-256 is its hash: uploads and submissions
-- name the hash. A programme's definition holds only the present one.
CREATE TABLE ingest.dataset_schema (
  dataset  text NOT NULL,
  hash     text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  schema   text NOT NULL,
  known_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dataset, hash)
);

GRANT SELECT, INSERT ON ingest.dataset_schema TO kinledger_ingest;
