-- By what intake knows a salt, and the digests of no value under it, without holding it: the pseudonymiser, who does, writes
-- them when it starts. Hashes of the salt are in them, so they stay in this database. See ADR 0018.
CREATE TABLE pseudonymiser.salt_marks (
  -- As in pseudonymiser.key_fingerprint.
  fingerprint text PRIMARY KEY,
  marks       jsonb NOT NULL,
  changed_at  timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON pseudonymiser.salt_marks TO kinledger_pseudonymiser;
GRANT USAGE ON SCHEMA pseudonymiser TO kinledger_ingest;
GRANT SELECT ON pseudonymiser.salt_marks TO kinledger_ingest;
