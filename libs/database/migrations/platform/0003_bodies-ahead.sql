-- Where events lie in another store (KurrentDB), the bodies of an append are written here before them. One row per
-- stream says for which revisions that was last done: bodies of these beyond the stream's end belong to events that
-- never came. Bookkeeping, not ledger: the writer may change it.
CREATE TABLE ledger.bodies_ahead (
  stream         integer     PRIMARY KEY,
  first_revision bigint      NOT NULL CHECK (first_revision >= 0),
  last_revision  bigint      NOT NULL CHECK (last_revision >= first_revision),
  begun_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

GRANT SELECT, INSERT, UPDATE ON ledger.bodies_ahead TO kinledger_linker;

-- The eraser sweeps such bodies: it finds them by revision, and still cannot read them.
GRANT SELECT ON ledger.bodies_ahead TO kinledger_eraser;
GRANT SELECT (revision) ON ledger.record_body TO kinledger_eraser;
