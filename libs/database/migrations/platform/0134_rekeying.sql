-- Rotation of token keys: ADR 0040.

-- The version of the token keys under which the rows of a chunk are; none for a chunk without rows. There was one key until now.
ALTER TABLE linker.chunk ADD COLUMN key_version integer CHECK (key_version BETWEEN 1 AND 127);
UPDATE linker.chunk SET key_version = 1 WHERE rows > 0;
ALTER TABLE linker.chunk ADD CHECK (rows = 0 OR key_version IS NOT NULL);
CREATE INDEX chunk_key_version ON linker.chunk (key_version);
GRANT UPDATE (body, key_version) ON linker.chunk TO kinledger_linker;

-- Answers of the pseudonymiser to requests to wrap tokens, until the linker that asked has taken them: sealed for it alone.
CREATE TABLE linker.wrapped_tokens (
  request     uuid PRIMARY KEY,
  newest      integer NOT NULL CHECK (newest BETWEEN 1 AND 127),
  sealed      bytea,
  answered_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE linker.wrapped_tokens ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE linker.wrapped_tokens SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
GRANT SELECT, INSERT, DELETE ON linker.wrapped_tokens TO kinledger_linker;
