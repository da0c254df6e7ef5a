-- Closed quarters that were computed again, and compared. Results have exact counts: the projector alone reads them, for
-- people of the programme's own team. They can be had again at any time, so that old ones are deleted.
CREATE TABLE operations.recount (
  recount_id uuid        PRIMARY KEY,
  kind       text        NOT NULL CHECK (kind IN ('reproduction', 'restatement')),
  asked      jsonb       NOT NULL,
  asked_by   text        NOT NULL,
  state      text        NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  position   bigint      NOT NULL DEFAULT -1,
  head       bigint      NOT NULL,
  result     jsonb,
  reason     text,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz,
  CHECK ((state = 'done') = (result IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.recount TO kinledger_projector;
