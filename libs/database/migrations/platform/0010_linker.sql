-- The linker's own rooms: its inbox, its lease, and how far the ledger is published. The ledger is elsewhere.
CREATE SCHEMA linker;

-- One row per place in the order of intake, kept for good: which message holds it and what became of it.
-- `body` holds no row of anybody's: it is the data of FileAccepted or WithdrawSubmission, as it came.
CREATE TABLE linker.intake (
  programme  text    NOT NULL,
  intake     integer NOT NULL CHECK (intake > 0),
  kind       text    NOT NULL CHECK (kind IN ('file', 'withdrawal')),
  submission uuid    NOT NULL,
  cause      text    NOT NULL,
  -- ce_time, letter for letter: it goes into the ledger.
  caused_at  text    NOT NULL,
  version    integer NOT NULL CHECK (version > 0),
  body       bytea   NOT NULL,
  state      text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'decided', 'parked', 'refused')),
  reason     text,
  -- Whether a refusal was answered; null where there is nothing to answer.
  answered   boolean,
  PRIMARY KEY (programme, intake),
  CHECK ((state = 'refused') = (answered IS NOT NULL))
);
CREATE UNIQUE INDEX intake_file ON linker.intake (submission) WHERE kind = 'file';
CREATE INDEX intake_waiting ON linker.intake (programme, intake) WHERE state = 'waiting';
CREATE INDEX intake_unanswered ON linker.intake (programme, intake) WHERE NOT answered;

-- Rows wait here, as they came, from before their offsets are committed until their submission is decided.
CREATE TABLE linker.chunk (
  submission uuid    NOT NULL,
  chunk      integer NOT NULL CHECK (chunk >= 0),
  last       boolean NOT NULL,
  rows       integer NOT NULL CHECK (rows >= 0),
  version    integer NOT NULL CHECK (version > 0),
  body       bytea   NOT NULL,
  PRIMARY KEY (submission, chunk)
);
-- Hashes do not compress; and what is deleted should leave the disk soon.
ALTER TABLE linker.chunk ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE linker.chunk SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
                              toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);

-- Submissions that said that they cannot be processed.
CREATE TABLE linker.unprocessable (
  submission uuid PRIMARY KEY,
  reason     text NOT NULL
);

-- Who writes a programme's ledger. The expected revision of each append is what guards the ledger; this is who tries.
-- A lease ends when it is not renewed, and at once when the database session that holds it is gone.
CREATE TABLE linker.lease (
  programme     text        PRIMARY KEY,
  owner         text        NOT NULL,
  epoch         bigint      NOT NULL CHECK (epoch > 0),
  expires_at    timestamptz NOT NULL,
  session       integer     NOT NULL,
  session_since timestamptz NOT NULL
);

-- Revision of the last closing event whose decision is published, -1 for none.
CREATE TABLE linker.publication (
  programme text   PRIMARY KEY,
  position  bigint NOT NULL CHECK (position >= -1)
);

GRANT USAGE ON SCHEMA linker TO kinledger_linker;
GRANT SELECT, INSERT ON linker.intake, linker.chunk, linker.unprocessable, linker.lease, linker.publication TO kinledger_linker;
GRANT UPDATE (state, reason, answered) ON linker.intake TO kinledger_linker;
GRANT DELETE ON linker.chunk TO kinledger_linker;
GRANT UPDATE (owner, epoch, expires_at, session, session_since) ON linker.lease TO kinledger_linker;
GRANT UPDATE (position) ON linker.publication TO kinledger_linker;
