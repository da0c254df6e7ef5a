-- What the linker signed of the ledger: how many events it has and the root of the tree over them, as C2SP signed notes.
-- Nobody may change or delete one; copies are kept in a place of the operator's own. Also for a ledger whose events are in
-- KurrentDB, hence the stream's name and not its number.
CREATE TABLE ledger.checkpoint (
  stream    text        NOT NULL,
  size      bigint      NOT NULL CHECK (size > 0),
  note      bytea       NOT NULL,
  -- Roots of the complete subtrees: with them the signer goes on without reading the ledger from its beginning.
  frontier  bytea       NOT NULL CHECK (length(frontier) % 32 = 0),
  -- Hashes of the leaves since the checkpoint before: with them an event that was changed later is named.
  leaves    bytea       NOT NULL CHECK (length(leaves) % 32 = 0),
  signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stream, size)
);
-- Hashes do not compress; and parts of them are read.
ALTER TABLE ledger.checkpoint ALTER COLUMN leaves SET STORAGE EXTERNAL;

GRANT SELECT, INSERT ON ledger.checkpoint TO kinledger_linker;
