-- People's commands have a door of their own: they are staged here, in the order in which they came, and have no place in the
-- order of intake. Commands of before, which had one, must be decided by the version that wrote them.
DO $$
BEGIN
  IF EXISTS (SELECT FROM linker.intake WHERE kind <> 'file' AND state = 'waiting') THEN
    RAISE EXCEPTION 'withdrawals or un-parkings wait to be decided: start the version before this one, let it decide them, then upgrade';
  END IF;
END $$;

-- `body` is the data of Command, as it came: ids, an account's name and a reason's code.
CREATE TABLE linker.command (
  programme text    NOT NULL,
  id        text    NOT NULL,
  arrival   bigint  GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind      text    NOT NULL,
  -- Place in the order of intake that must be decided first.
  after     integer NOT NULL CHECK (after >= 0),
  -- Place in the order of intake that the command takes: an un-parking gives its submission one.
  intake    integer CHECK (intake > 0),
  version   integer NOT NULL CHECK (version > 0),
  body      bytea   NOT NULL,
  state     text    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'refused')),
  position  bigint,
  reason    text,
  -- Whether the reply is sent; null while there is none.
  answered  boolean,
  PRIMARY KEY (programme, id),
  CHECK ((state = 'waiting') = (answered IS NULL)),
  CHECK ((state = 'accepted') = (position IS NOT NULL)),
  CHECK ((state = 'refused') = (reason IS NOT NULL))
);
CREATE UNIQUE INDEX command_place ON linker.command (programme, intake) WHERE intake IS NOT NULL;
CREATE INDEX command_waiting ON linker.command (programme, arrival) WHERE state = 'waiting';
CREATE INDEX command_unanswered ON linker.command (programme, arrival) WHERE NOT answered;

GRANT SELECT, INSERT ON linker.command TO kinledger_linker;
GRANT UPDATE (state, position, reason, answered) ON linker.command TO kinledger_linker;
