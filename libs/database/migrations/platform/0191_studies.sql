-- Studies that have extracts, the key of each one's pseudonyms, and what was handed out. A study's key is destroyed by taking
-- it out of its row; the row and the list of extracts stay. ADR 0066.
CREATE TABLE operations.study (
  study        text        PRIMARY KEY,
  -- 32 bytes; null once it is destroyed.
  key          bytea       CHECK (octet_length(key) = 32),
  opened_at    timestamptz NOT NULL DEFAULT now(),
  destroyed_at timestamptz,
  destroyed_by text,
  CHECK ((key IS NULL) = (destroyed_at IS NOT NULL) AND (destroyed_at IS NULL) = (destroyed_by IS NULL))
);

CREATE TABLE operations.study_extract (
  extract_id    uuid        PRIMARY KEY,
  study         text        NOT NULL REFERENCES operations.study,
  specification jsonb       NOT NULL,
  position      bigint      NOT NULL,
  asked_by      text        NOT NULL,
  asked_at      timestamptz NOT NULL DEFAULT now(),
  -- Null until the last byte was written.
  completed_at  timestamptz,
  people        int,
  manifest      text        CHECK (manifest ~ '^[0-9a-f]{64}$'),
  CHECK ((completed_at IS NULL) = (people IS NULL) AND (people IS NULL) = (manifest IS NULL))
);
CREATE INDEX ON operations.study_extract (study);

GRANT SELECT, INSERT ON operations.study, operations.study_extract TO kinledger_projector;
GRANT UPDATE (key, destroyed_at, destroyed_by) ON operations.study TO kinledger_projector;
GRANT UPDATE (completed_at, people, manifest) ON operations.study_extract TO kinledger_projector;
