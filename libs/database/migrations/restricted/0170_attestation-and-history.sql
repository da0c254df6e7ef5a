-- What a person confirmed, and the steps of a submission that only other services knew: ADR 0051.

-- Version of the words that the person confirmed; null where an account submitted without them.
ALTER TABLE ingest.submission ADD COLUMN attested_words integer CHECK (attested_words > 0);

-- When its file had been read to the end; null for uploads of before.
ALTER TABLE ingest.upload ADD COLUMN validated_at timestamptz;

-- What the linker decided, as it said on the bus. A submission is decided again after an un-parking, and when it is withdrawn.
CREATE TABLE ingest.decision (
  submission text NOT NULL CHECK (submission ~ '^[0-9a-f]{32}$'),
  -- Place in the order of intake for which it was decided.
  intake     integer NOT NULL,
  outcome    text NOT NULL CHECK (outcome IN ('linked', 'parked', 'withdrawn')),
  position   bigint NOT NULL CHECK (position >= 0),
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (submission, intake, outcome)
);
GRANT SELECT, INSERT, UPDATE ON ingest.decision TO kinledger_ingest;

-- When and why a file was finished, for the history of its submission.
GRANT SELECT (submission, intake, reason, finished_at) ON pseudonymiser.finished_file TO kinledger_ingest;
