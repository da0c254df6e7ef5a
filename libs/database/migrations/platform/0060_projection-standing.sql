-- When the live read models last held all of the ledger: from it reports tell how old their figures are.
CREATE TABLE operations.projection (
  only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  current_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO operations.projection DEFAULT VALUES;
GRANT SELECT, UPDATE (current_at) ON operations.projection TO kinledger_projector;
GRANT SELECT ON operations.projection TO kinledger_reporting;
