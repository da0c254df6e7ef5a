-- Commands that people asked for here, and how the linker answered them. Kept for good: the id makes a repeated request one
-- command. No value of a row is here.
CREATE TABLE ingest.command (
  id           text PRIMARY KEY,
  kind         text NOT NULL,
  -- What it is about, where it is about a submission.
  submission   text REFERENCES ingest.submission (submission),
  -- Whose submission it is: that provider may look at the command.
  provider     text,
  asked_by     text NOT NULL,
  organisation text,
  reason       text NOT NULL,
  asked_at     timestamptz NOT NULL,
  outcome      text CHECK (outcome IN ('accepted', 'refused')),
  position     bigint,
  refusal      text,
  detail       text,
  answered_at  timestamptz,
  CHECK ((outcome IS NULL) = (answered_at IS NULL)),
  CHECK ((outcome = 'accepted') = (position IS NOT NULL)),
  CHECK ((outcome = 'refused') = (refusal IS NOT NULL))
);
GRANT SELECT, INSERT ON ingest.command TO kinledger_ingest;
GRANT UPDATE (outcome, position, refusal, detail, answered_at) ON ingest.command TO kinledger_ingest;

-- A withdrawal has no place in the order of intake any more: it is a command. Those of before keep theirs.
ALTER TABLE ingest.submission
  ADD COLUMN withdrawal_command text REFERENCES ingest.command (id),
  DROP CONSTRAINT submission_check,
  ADD CONSTRAINT submission_withdrawal_check CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL));
