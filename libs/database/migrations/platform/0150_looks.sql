-- The trail of looks: who asked how an individual came to be, when, as at which position and why, and what came of it.
-- Services and the command line add to it; nobody changes it or deletes from it. When a row was written, and by which
-- role of the database, is not for the writer to say.
CREATE SCHEMA audit;

CREATE TABLE audit.look (
  look         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  look_id      uuid        NOT NULL UNIQUE,
  asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  written_by   text        NOT NULL DEFAULT session_user,
  via          text        NOT NULL CHECK (via IN ('service', 'command-line')),
  person       text        NOT NULL,
  organisation text,
  roles        text[]      NOT NULL,
  stream       text        NOT NULL,
  -- A record or an individual.
  subject      text        NOT NULL CHECK (subject ~ '^[0-9a-f]{32}$'),
  as_at        bigint      NOT NULL,
  reason       text        NOT NULL CHECK (length(btrim(reason)) BETWEEN 10 AND 500)
);
CREATE INDEX ON audit.look (subject);

CREATE TABLE audit.look_outcome (
  look_id    uuid        PRIMARY KEY REFERENCES audit.look (look_id),
  ended_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  written_by text        NOT NULL DEFAULT session_user,
  outcome    text        NOT NULL CHECK (outcome IN ('explained', 'not-in-ledger', 'failed', 'stopped')),
  -- Whom it was about, as the ledger called them at that position.
  individual text        CHECK (individual ~ '^[0-9a-f]{32}$')
);
CREATE INDEX ON audit.look_outcome (individual);

GRANT USAGE ON SCHEMA audit TO kinledger_projector, kinledger_linker;
GRANT SELECT ON audit.look, audit.look_outcome TO kinledger_projector;
-- The command line has the linker's way to the ledger, and writes what it looks at.
GRANT INSERT (look_id, via, person, organisation, roles, stream, subject, as_at, reason) ON audit.look
  TO kinledger_projector, kinledger_linker;
GRANT INSERT (look_id, outcome, individual) ON audit.look_outcome TO kinledger_projector, kinledger_linker;
