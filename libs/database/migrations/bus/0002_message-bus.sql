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

-- The functions below run with the migrator's rights. SQLSTATE KB001: a topic is not known; KB002: it has another
-- number of partitions (given as the detail).

CREATE FUNCTION bus.topic_id(p_topic text) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  SELECT id INTO v_id FROM bus.topic WHERE name = p_topic;
  IF v_id IS NULL THEN
    RAISE EXCEPTION 'topic % does not exist', p_topic USING ERRCODE = 'KB001', DETAIL = p_topic;
  END IF;
  RETURN v_id;
END $$;

-- Creates a topic that is missing, and sets its retention.
CREATE FUNCTION bus.ensure_topic(p_topic text, p_partitions int, p_retention_ms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_topic bus.topic;
BEGIN
  INSERT INTO bus.topic AS topic (name, partitions, retention)
  VALUES (p_topic, p_partitions, p_retention_ms * interval '1 millisecond')
  ON CONFLICT (name) DO UPDATE SET retention = excluded.retention
  RETURNING * INTO v_topic;
  IF v_topic.partitions <> p_partitions THEN
    RAISE EXCEPTION 'topic % has % partitions', p_topic, v_topic.partitions
      USING ERRCODE = 'KB002', DETAIL = v_topic.partitions::text;
  END IF;
  INSERT INTO bus.partition (topic_id, partition)
  SELECT v_topic.id, number FROM generate_series(0, p_partitions - 1) AS number
  ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION bus.partitions(p_topic text) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT partitions FROM bus.topic WHERE id = bus.topic_id(p_topic)
$$;

-- Publishes messages given as columns; their values stand one after the other in p_body. All or none.
CREATE FUNCTION bus.publish(
  p_topic text, p_partitions int[], p_keys text[], p_headers json[], p_lengths int[], p_body bytea
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_topic int := bus.topic_id(p_topic);
  v_now timestamptz;
  v_written bigint;
BEGIN
  -- In order of partition: two publishers never wait for each other in a circle.
  PERFORM 1 FROM bus.partition
  WHERE topic_id = v_topic AND partition = ANY (p_partitions)
  ORDER BY partition
  FOR NO KEY UPDATE;
  -- Read under the lock, so that times grow with offsets.
  v_now := clock_timestamp();
  INSERT INTO bus.message (topic_id, partition, "offset", key, headers, value, published_at)
  SELECT v_topic, message.partition, next_offset + nth, key, headers,
    substring(p_body FROM start::int FOR length), v_now
  FROM (
    SELECT *,
      row_number() OVER (PARTITION BY partition ORDER BY place) - 1 AS nth,
      1 + sum(length) OVER (ORDER BY place) - length AS start
    FROM unnest(p_partitions, p_keys, p_headers, p_lengths)
      WITH ORDINALITY AS message (partition, key, headers, length, place)
  ) AS message
  JOIN bus.partition ON partition.topic_id = v_topic AND partition.partition = message.partition;
  GET DIAGNOSTICS v_written = ROW_COUNT;
  IF v_written <> cardinality(p_partitions) THEN
    RAISE EXCEPTION 'topic % lacks a partition that a message was given', p_topic;
  END IF;
  UPDATE bus.partition SET next_offset = next_offset + count
  FROM (SELECT number, count(*) FROM unnest(p_partitions) AS number GROUP BY number) AS published
  WHERE partition.topic_id = v_topic AND partition.partition = published.number;
  PERFORM pg_notify('bus_published', json_build_object('topic', p_topic, 'partitions',
    (SELECT json_agg(DISTINCT number) FROM unnest(p_partitions) AS number))::text);
END $$;

-- Messages from an offset on: at most so many, and so many bytes of values, but one at least; with the partition's end.
CREATE FUNCTION bus.fetch(
  p_topic text, p_partition int, p_from bigint, p_max_messages int, p_max_bytes bigint
) RETURNS TABLE ("offset" bigint, key text, headers json, value bytea, end_offset bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT message."offset", message.key, message.headers, message.value, partition.next_offset
  FROM (
    SELECT *, sum(octet_length(value)) OVER (ORDER BY "offset") AS bytes
    FROM bus.message
    WHERE topic_id = bus.topic_id(p_topic) AND partition = p_partition
      AND "offset" >= p_from AND "offset" < p_from + p_max_messages
  ) AS message
  JOIN bus.partition USING (topic_id, partition)
  WHERE message.bytes <= p_max_bytes OR message."offset" = p_from
  ORDER BY message."offset"
$$;

-- Where each partition of some topics ends: what a member asks when it may have missed a notification.
CREATE FUNCTION bus.ends(p_topics text[]) RETURNS TABLE (topic text, partition int, end_offset bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT topic.name, partition.partition, partition.next_offset
  FROM bus.topic JOIN bus.partition ON partition.topic_id = topic.id
  WHERE topic.name = ANY (p_topics)
$$;

-- A member says that it lives, and learns how its group shares the topics. Members that are gone lose their leases.
CREATE FUNCTION bus.attend(
  p_group text, p_member uuid, p_topics text[], p_start_at text, p_ttl_ms int, p_backend int
) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_topics int[] := ARRAY(SELECT bus.topic_id(name) AS id FROM unnest(p_topics) AS name ORDER BY id);
  v_topic int;
  v_joined boolean;
BEGIN
  INSERT INTO bus.consumer_group (name) VALUES (p_group) ON CONFLICT DO NOTHING;
  -- Members of a group come one after the other.
  PERFORM 1 FROM bus.consumer_group WHERE name = p_group FOR NO KEY UPDATE;

  WITH gone AS (
    DELETE FROM bus.member
    WHERE group_name = p_group AND id <> p_member
      AND (expires_at <= clock_timestamp() OR backend NOT IN (SELECT pid FROM pg_stat_activity))
    RETURNING id
  )
  UPDATE bus.lease SET owner = NULL WHERE group_name = p_group AND owner IN (SELECT id FROM gone);

  v_joined := NOT EXISTS (SELECT FROM bus.member WHERE group_name = p_group AND id = p_member);
  INSERT INTO bus.member (group_name, id, topics, expires_at, backend)
  VALUES (p_group, p_member, p_topics, clock_timestamp() + p_ttl_ms * interval '1 millisecond', p_backend)
  ON CONFLICT (group_name, id) DO UPDATE SET expires_at = excluded.expires_at, backend = excluded.backend;

  FOREACH v_topic IN ARRAY v_topics LOOP
    CONTINUE WHEN EXISTS (SELECT FROM bus.lease WHERE group_name = p_group AND topic_id = v_topic);
    -- Retention must not delete what the group is about to start with.
    PERFORM pg_advisory_xact_lock(hashtext('bus retention'), v_topic);
    INSERT INTO bus.lease (group_name, topic_id, partition, committed)
    SELECT p_group, v_topic, partition.partition,
      CASE p_start_at
        WHEN 'latest' THEN next_offset
        ELSE coalesce(
          (SELECT min("offset") FROM bus.message
           WHERE message.topic_id = v_topic AND message.partition = partition.partition),
          next_offset)
      END
    FROM bus.partition WHERE topic_id = v_topic;
  END LOOP;

  IF v_joined THEN PERFORM pg_notify('bus_group', p_group); END IF;

  RETURN json_build_object(
    'members', (
      SELECT json_agg(json_build_object('id', id, 'topics', topics))
      FROM bus.member WHERE group_name = p_group),
    'leases', (
      SELECT json_agg(json_build_object('topic', topic.name, 'partition', lease.partition, 'owner', owner,
        'epoch', epoch, 'committed', committed, 'end', next_offset))
      FROM bus.lease
      JOIN bus.partition USING (topic_id, partition)
      JOIN bus.topic ON topic.id = lease.topic_id
      WHERE group_name = p_group AND lease.topic_id = ANY (v_topics)));
END $$;

-- Takes those of the partitions that nobody owns. A member that is no longer counted gets none.
CREATE FUNCTION bus.claim(p_group text, p_member uuid, p_topics text[], p_partitions int[]) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_claimed json;
BEGIN
  PERFORM 1 FROM bus.consumer_group WHERE name = p_group FOR NO KEY UPDATE;
  WITH claimed AS (
    UPDATE bus.lease SET owner = p_member, epoch = epoch + 1
    FROM unnest(p_topics, p_partitions) AS wanted (topic, number) JOIN bus.topic ON topic.name = wanted.topic
    WHERE lease.group_name = p_group AND lease.topic_id = topic.id AND lease.partition = wanted.number
      AND lease.owner IS NULL
      AND EXISTS (SELECT FROM bus.member WHERE group_name = p_group AND id = p_member)
    RETURNING topic.name AS topic, lease.partition, lease.epoch, lease.committed
  )
  SELECT coalesce(json_agg(claimed), '[]') INTO v_claimed FROM claimed;
  RETURN v_claimed;
END $$;

-- Says that the group has done everything below p_next. False when the lease is another's by now.
CREATE FUNCTION bus.commit_offset(
  p_group text, p_member uuid, p_topic text, p_partition int, p_epoch bigint, p_next bigint
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE bus.lease SET committed = p_next
  WHERE group_name = p_group AND topic_id = bus.topic_id(p_topic) AND partition = p_partition
    AND owner = p_member AND epoch = p_epoch AND committed <= p_next;
  RETURN FOUND;
END $$;

-- Gives partitions back, where they are still the member's.
CREATE FUNCTION bus.release(p_group text, p_member uuid, p_topics text[], p_partitions int[], p_epochs bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM bus.consumer_group WHERE name = p_group FOR NO KEY UPDATE;
  UPDATE bus.lease SET owner = NULL
  FROM unnest(p_topics, p_partitions, p_epochs) AS given (topic, number, epoch)
    JOIN bus.topic ON topic.name = given.topic
  WHERE lease.group_name = p_group AND lease.topic_id = topic.id AND lease.partition = given.number
    AND lease.owner = p_member AND lease.epoch = given.epoch;
  PERFORM pg_notify('bus_group', p_group);
END $$;

-- A member says goodbye: what it owned is free at once.
CREATE FUNCTION bus.leave(p_group text, p_member uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM bus.consumer_group WHERE name = p_group FOR NO KEY UPDATE;
  DELETE FROM bus.member WHERE group_name = p_group AND id = p_member;
  UPDATE bus.lease SET owner = NULL WHERE group_name = p_group AND owner = p_member;
  PERFORM pg_notify('bus_group', p_group);
END $$;

CREATE FUNCTION bus.lag(p_group text) RETURNS TABLE (topic text, partition int, lag bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT topic.name, lease.partition, partition.next_offset - lease.committed
  FROM bus.lease JOIN bus.partition USING (topic_id, partition) JOIN bus.topic ON topic.id = lease.topic_id
  WHERE lease.group_name = p_group
  ORDER BY topic.name, lease.partition
$$;

-- Deletes up to p_limit messages of each partition from its beginning: what is old enough at p_now and committed by
-- every group. Returns how many; zero means that nothing more may go.
CREATE FUNCTION bus.apply_retention(p_now timestamptz, p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_partition record;
  v_first bigint;
  v_bound bigint;
  v_deleted bigint;
  v_total bigint := 0;
BEGIN
  FOR v_partition IN
    SELECT partition.topic_id, partition.partition, p_now - topic.retention AS newest
    FROM bus.partition JOIN bus.topic ON topic.id = partition.topic_id
    ORDER BY partition.topic_id, partition.partition
  LOOP
    CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtext('bus retention'), v_partition.topic_id);
    SELECT min("offset") INTO v_first FROM bus.message
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition;
    CONTINUE WHEN v_first IS NULL;
    SELECT least(v_first + p_limit, min(committed)) INTO v_bound FROM bus.lease
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition;
    -- Only from the beginning, up to the first message that is too young: offsets stay contiguous.
    SELECT least(v_bound, min("offset")) INTO v_bound FROM bus.message
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition
      AND "offset" < v_bound AND published_at > v_partition.newest;
    DELETE FROM bus.message
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition AND "offset" < v_bound;
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    v_total := v_total + v_deleted;
  END LOOP;
  RETURN v_total;
END $$;

-- For operators: a group that will never come back no longer holds messages.
CREATE FUNCTION bus.forget_group(p_group text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM bus.consumer_group WHERE name = p_group
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA bus FROM PUBLIC;
GRANT USAGE ON SCHEMA bus TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
GRANT EXECUTE ON FUNCTION
  bus.ensure_topic, bus.partitions, bus.publish, bus.fetch, bus.ends, bus.attend, bus.claim, bus.commit_offset,
  bus.release, bus.leave, bus.lag, bus.apply_retention
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
