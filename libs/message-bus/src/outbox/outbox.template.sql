-- The outbox of one service, in the service's own schema. Copy it into a migration of the service's database and
-- put the schema's name for {schema} and the service's role for {role}.
--
-- The service writes messages here in the transaction that makes them true (`OutboxTable.write`); `OutboxRelay` moves
-- them to the bus and deletes them. `id` is the order in which they go.
CREATE TABLE {schema}.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  key text NOT NULL,
  headers json NOT NULL,
  value bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Rows live for moments: compressing them costs more than it saves.
ALTER TABLE {schema}.outbox ALTER COLUMN value SET STORAGE EXTERNAL;
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, DELETE ON {schema}.outbox TO {role};
