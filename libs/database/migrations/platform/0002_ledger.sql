-- The ledger: append-only streams, and beside them what may be forgotten (segments) or is too large (payloads).
CREATE SCHEMA ledger;

CREATE TABLE ledger.stream (
  stream integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name   text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200)
);

-- `bytes` is what was first written, to the byte: a leaf of the Merkle tree is their hash.
-- No foreign key: take_stream below is the only source of stream numbers, and a look-up per event costs a quarter of the speed.
CREATE TABLE ledger.event (
  stream   integer NOT NULL,
  revision bigint  NOT NULL CHECK (revision >= 0),
  id       uuid    NOT NULL,
  type     text    NOT NULL,
  bytes    bytea   NOT NULL CHECK (length(bytes) <= 262144),
  PRIMARY KEY (stream, revision),
  UNIQUE (stream, id)
);
-- Half of a large event is hashes, which the server's own compression takes long over for little.
ALTER TABLE ledger.event ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- The rows whose records one event brings in, as a row chunk, packed.
CREATE TABLE ledger.segment (
  stream   integer NOT NULL,
  revision bigint  NOT NULL CHECK (revision >= 0),
  -- Rows that were not cut out.
  bodies   integer NOT NULL CHECK (bodies > 0),
  bytes    bytea   NOT NULL,
  PRIMARY KEY (stream, revision)
);
ALTER TABLE ledger.segment ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE ledger.payload (
  digest bytea PRIMARY KEY CHECK (digest = sha256(bytes)),
  bytes  bytea NOT NULL
);

GRANT USAGE ON SCHEMA ledger TO kinledger_linker, kinledger_projector, kinledger_eraser;

GRANT SELECT ON ledger.stream, ledger.event, ledger.segment, ledger.payload TO kinledger_linker;
GRANT INSERT ON ledger.event, ledger.segment, ledger.payload TO kinledger_linker;

GRANT SELECT ON ledger.stream, ledger.event, ledger.segment, ledger.payload TO kinledger_projector;

-- The eraser cuts rows out of a segment, which it has to read for it, or deletes it.
GRANT SELECT ON ledger.stream, ledger.segment TO kinledger_eraser;
GRANT UPDATE (bodies, bytes), DELETE ON ledger.segment TO kinledger_eraser;
