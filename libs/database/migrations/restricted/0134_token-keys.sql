-- Rotation of token keys: ADR 0040. The key in force is the one of the highest version here, however many the secrets have.
CREATE TABLE pseudonymiser.token_key (
  version      integer PRIMARY KEY CHECK (version BETWEEN 1 AND 127),
  in_use_since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO pseudonymiser.token_key (version) VALUES (1);
GRANT SELECT, INSERT ON pseudonymiser.token_key TO kinledger_pseudonymiser;

-- A file that was begun is read under the key with which it was begun, so that its rows are the same again.
ALTER TABLE pseudonymiser.begun_file ADD COLUMN key_version integer NOT NULL DEFAULT 1 CHECK (key_version BETWEEN 1 AND 127);
ALTER TABLE pseudonymiser.begun_file ALTER COLUMN key_version DROP DEFAULT;
