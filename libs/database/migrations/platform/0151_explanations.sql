-- Explanations that people asked for, and what came of them, for a day and until somebody is erased: they say what
-- tokens told. Unlogged, so that neither the write-ahead log nor a base backup has them; a crash of the server empties
-- the table, and people ask again.
CREATE UNLOGGED TABLE operations.explanation (
  explanation_id uuid        PRIMARY KEY,
  subject        text        NOT NULL,
  as_at          bigint      NOT NULL,
  person         text        NOT NULL,
  organisation   text,
  state          text        NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  -- Events that are read, of how many.
  done           bigint      NOT NULL DEFAULT 0,
  total          bigint      NOT NULL,
  result         jsonb,
  reason         text,
  asked_at       timestamptz NOT NULL DEFAULT now(),
  -- When the process that reads for it last said that it is there.
  tended_at      timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'done') = (result IS NOT NULL)),
  CHECK ((state = 'failed') = (reason IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.explanation TO kinledger_projector;
