-- Mails about results and due returns, until they are sent: ADR 0051. A mail names no address and no person: recipients stand in the
-- access file, and its text is made when it is sent.
CREATE TABLE ingest.mail (
  -- What it is about, so that a result has one mail.
  id         text PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('file-refused', 'file-linked', 'file-parked', 'reminder')),
  provider   text NOT NULL,
  -- The file that it is about; null for a reminder.
  upload     text,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- When it may be tried next. Whoever tries it first moves this on, so that nobody else does meanwhile.
  next_at    timestamptz NOT NULL DEFAULT now(),
  attempts   integer NOT NULL DEFAULT 0,
  ended_at   timestamptz,
  outcome    text CHECK (outcome IN ('sent', 'nobody', 'refused', 'given-up')),
  CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  CHECK ((upload IS NULL) = (kind = 'reminder'))
);
CREATE INDEX ON ingest.mail (next_at) WHERE ended_at IS NULL;
CREATE INDEX ON ingest.mail (provider, created_at) WHERE kind = 'reminder';
GRANT SELECT, INSERT, UPDATE (next_at, attempts, ended_at, outcome) ON ingest.mail TO kinledger_ingest;

-- When ingest learnt of a decision: results that came while it was stopped are recent too.
ALTER TABLE ingest.decision ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ON ingest.decision (recorded_at);
CREATE INDEX ON ingest.upload (validated_at) WHERE state = 'refused';
