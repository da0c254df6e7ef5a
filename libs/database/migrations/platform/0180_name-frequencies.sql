-- How common the names of a programme are, by token, as a model of linkage asks for it: values that twenty people or more
-- have. Beside the ledger and no part of it, so that it can be erased, and is rewritten when token keys rotate. ADR 0060.
CREATE TABLE ledger.name_frequencies (
  -- The ledger to which it belongs: its tokens are under that ledger's key.
  stream      integer     NOT NULL,
  -- The hash by which a model names the table: that of its bytes under the key with which it was made.
  id          bytea       NOT NULL CHECK (octet_length(id) = 32),
  key_version smallint    NOT NULL CHECK (key_version BETWEEN 1 AND 127),
  -- SHA-256 of the bytes as they are.
  digest      bytea       NOT NULL CHECK (digest = sha256(bytes)),
  bytes       bytea       NOT NULL,
  kept_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.name_frequencies TO kinledger_linker;
GRANT SELECT ON ledger.name_frequencies TO kinledger_projector;
