-- The topics to which the linker publishes, by what changes when they are made anew: then the ledger's decisions and the
-- replies to commands are published again. ADR 0047.
CREATE TABLE linker.topics_in_use (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  ids   text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON linker.topics_in_use TO kinledger_linker;
