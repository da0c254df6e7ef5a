-- What a linker remembers at one position of the ledger, so that its next start need not read all of it. Derived, like
-- an index: it may be deleted at any time. It holds tokens and no body. `digest` is set when it is whole.
CREATE TABLE linker.snapshot (
  id        uuid  PRIMARY KEY,
  programme text  NOT NULL,
  -- What it depends on: position, tree root, strategy, definition, code and key versions.
  ground    json  NOT NULL,
  pieces    integer CHECK (pieces >= 0),
  -- SHA-256 of its pieces as they are stored, in order, in hex.
  digest    text,
  CHECK ((pieces IS NULL) = (digest IS NULL))
);
CREATE UNIQUE INDEX snapshot_whole ON linker.snapshot (programme) WHERE digest IS NOT NULL;

CREATE TABLE linker.snapshot_piece (
  snapshot uuid    NOT NULL REFERENCES linker.snapshot ON DELETE CASCADE,
  piece    integer NOT NULL CHECK (piece >= 0),
  bytes    bytea   NOT NULL,
  PRIMARY KEY (snapshot, piece)
);
-- It is packed already; and what is deleted should leave the disk soon.
ALTER TABLE linker.snapshot_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE linker.snapshot_piece SET (toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 100);

GRANT SELECT, INSERT, DELETE ON linker.snapshot, linker.snapshot_piece TO kinledger_linker;
GRANT UPDATE (pieces, digest) ON linker.snapshot TO kinledger_linker;
