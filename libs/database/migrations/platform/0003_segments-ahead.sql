-- Where events lie in another store (KurrentDB), the segments of an append are written here before them. One row per
-- stream says for which revisions that was last done: segments of these beyond the stream's end belong to events that
-- never came. Bookkeeping, not ledger: the writer may change it.
CREATE TABLE ledger.segments_ahead (
  stream         integer     PRIMARY KEY,
  first_revision bigint      NOT NULL CHECK (first_revision >= 0),
  last_revision  bigint      NOT NULL CHECK (last_revision >= first_revision),
  begun_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

GRANT SELECT, INSERT, UPDATE ON ledger.segments_ahead TO kinledger_linker;

-- The eraser sweeps such segments.
GRANT SELECT ON ledger.segments_ahead TO kinledger_eraser;
