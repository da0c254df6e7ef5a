-- A bus that is lost, or a database that is restored beside a new one: what was on its way is published again. ADR 0047.

-- The topics to which intake publishes, by what changes when they are made anew.
CREATE TABLE ingest.topics_in_use (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  ids   text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON ingest.topics_in_use TO kinledger_ingest;

-- The command as it was sent, to send it again. Null where it names a person: it is asked for again.
ALTER TABLE ingest.command ADD COLUMN sent json;

-- The topic that holds, or held, the file's rows. Null where the bus has its topics in a database.
ALTER TABLE pseudonymiser.finished_file ADD COLUMN rows_topic text;
