-- Referrals that reviewers looked at, with the evidence and what each answer would change, for a day and until somebody is
-- erased. Unlogged, as explanations are: a crash of the server empties the table, and people ask again.
CREATE UNLOGGED TABLE operations.review_examination (
  examination_id uuid        PRIMARY KEY,
  referral_id    uuid        NOT NULL,
  person         text        NOT NULL,
  organisation   text,
  -- Looks in the trail, one for each record.
  looks          uuid[]      NOT NULL,
  state          text        NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
  result         jsonb,
  reason         text,
  asked_at       timestamptz NOT NULL DEFAULT now(),
  -- When the process that examines it last said that it is there.
  tended_at      timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'done') = (result IS NOT NULL)),
  CHECK ((state = 'failed') = (reason IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.review_examination TO kinledger_projector;

-- Reviews that people ordered here, and the linker's replies. What was decided is in the ledger.
CREATE TABLE operations.review_command (
  command_id   text        PRIMARY KEY,
  kind         text        NOT NULL CHECK (kind IN ('review-referral', 'undo-review')),
  subject      uuid        NOT NULL,
  candidate    uuid        NOT NULL,
  asked_by     text        NOT NULL,
  organisation text,
  reason       text        NOT NULL,
  asked_at     timestamptz NOT NULL,
  outcome      text        CHECK (outcome IN ('accepted', 'refused')),
  position     bigint,
  refusal      text,
  detail       text,
  answered_at  timestamptz,
  CHECK ((outcome IS NULL) = (answered_at IS NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.review_command TO kinledger_projector;
