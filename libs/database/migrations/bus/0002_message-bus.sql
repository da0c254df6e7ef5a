-- The durable message bus: topics of partitions, groups that share them, and the functions that are all a service
-- may touch. Tables belong to the migrator; a service role gets EXECUTE and nothing else.
CREATE SCHEMA bus;

CREATE TABLE bus.topic (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  partitions int NOT NULL CHECK (partitions BETWEEN 1 AND 1024),
  retention interval NOT NULL CHECK (retention >= interval '0')
);

-- Offsets of a partition are given under its row lock, which is held until the publisher commits. So they become
-- visible in their order: a reader that has seen offset n never meets a lower one that it has not seen.
CREATE TABLE bus.partition (
  topic_id int NOT NULL REFERENCES bus.topic,
  partition int NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic_id, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

CREATE TABLE bus.message (
  topic_id int NOT NULL,
  partition int NOT NULL,
  "offset" bigint NOT NULL,
  key text NOT NULL,
  headers json NOT NULL,
  value bytea NOT NULL,
  published_at timestamptz NOT NULL,
  -- No foreign key: the publisher holds its partition's row already, and a check per message would only repeat that.
  PRIMARY KEY (topic_id, partition, "offset")
) WITH (autovacuum_vacuum_scale_factor = 0.05);
-- Values are written once, read once or twice and deleted: compressing them costs more than it saves.
ALTER TABLE bus.message ALTER COLUMN value SET STORAGE EXTERNAL;

CREATE TABLE bus.consumer_group (
  name text PRIMARY KEY
);

-- A live subscription. Its leases live as long as it does.
CREATE TABLE bus.member (
  group_name text NOT NULL REFERENCES bus.consumer_group ON DELETE CASCADE,
  id uuid NOT NULL,
  topics text[] NOT NULL,
  expires_at timestamptz NOT NULL,
  -- The connection on which the member listens: when it is gone, so is the member, and nobody waits for the expiry.
  backend int,
  PRIMARY KEY (group_name, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- What a group has done of a partition, and who may go on. The rows of a group stay when its members go: retention
-- waits for every group that ever subscribed.
CREATE TABLE bus.lease (
  group_name text NOT NULL REFERENCES bus.consumer_group ON DELETE CASCADE,
  topic_id int NOT NULL,
  partition int NOT NULL,
  -- The next offset to deliver.
  committed bigint NOT NULL,
  owner uuid,
  -- Counts the owners: an earlier one cannot commit.
  epoch bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (group_name, topic_id, partition),
  FOREIGN KEY (topic_id, partition) REFERENCES bus.partition
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX lease_by_partition ON bus.lease (topic_id, partition);

-- The functions stand in files of their own, functions/bus: they run with the migrator's rights.
GRANT USAGE ON SCHEMA bus TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
