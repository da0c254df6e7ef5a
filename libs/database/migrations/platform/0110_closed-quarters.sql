-- The figures of closed quarters as they are, with the salt of their commitment: small counts, so that no read model has
-- them, and a bare digest of them could be guessed. The projector writes them in the transaction in which it applies the
-- closing event, and nobody changes or deletes them. Also for a ledger whose events are in KurrentDB, hence the stream's
-- name and not its number.
CREATE TABLE ledger.closed_figures (
  stream      text        NOT NULL,
  -- Position of the closing event.
  closing     bigint      NOT NULL CHECK (closing >= 0),
  period      text        NOT NULL,
  -- Canonical JSON, before and after disclosure control.
  full_form   bytea       NOT NULL,
  published   bytea       NOT NULL,
  salt        bytea       NOT NULL CHECK (length(salt) = 32),
  computed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (stream, closing)
);
GRANT SELECT, INSERT ON ledger.closed_figures TO kinledger_projector;

-- What the projector says, in the transaction that makes it true, until it is on the bus.
CREATE SCHEMA projector;
CREATE TABLE projector.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  headers json NOT NULL,
  value bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Rows live for moments: compressing them costs more than it saves.
ALTER TABLE projector.outbox ALTER COLUMN value SET STORAGE EXTERNAL;
GRANT USAGE ON SCHEMA projector TO kinledger_projector;
GRANT SELECT, INSERT, DELETE ON projector.outbox TO kinledger_projector;
