-- Values may be stored packed. A batch is bounded by what it takes in memory: the size of a value before it was packed,
-- where that is not its length.
ALTER TABLE bus.message ADD COLUMN size int CHECK (size >= 0);

DROP FUNCTION bus.publish(text, int[], text[], json[], int[], bytea);

-- Publishes messages given as columns; their values, as they are stored, stand one after the
-- other in p_body; p_sizes says how large they are in memory. All or none.
CREATE FUNCTION bus.publish(
  p_topic text, p_partitions int[], p_keys text[], p_headers json[], p_sizes int[], p_lengths int[], p_body bytea
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
  INSERT INTO bus.message (topic_id, partition, "offset", key, headers, size, value, published_at)
  SELECT v_topic, message.partition, next_offset + nth, key, headers, size,
    substring(p_body FROM start::int FOR length), v_now
  FROM (
    SELECT *,
      row_number() OVER (PARTITION BY partition ORDER BY place) - 1 AS nth,
      1 + sum(length) OVER (ORDER BY place) - length AS start
    FROM unnest(p_partitions, p_keys, p_headers, p_sizes, p_lengths)
      WITH ORDINALITY AS message (partition, key, headers, size, length, place)
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

-- Messages from an offset on: at most so many, and so many bytes of values as they are in memory, but one
-- at least; with the partition's end.
CREATE OR REPLACE FUNCTION bus.fetch(
  p_topic text, p_partition int, p_from bigint, p_max_messages int, p_max_bytes bigint
) RETURNS TABLE ("offset" bigint, key text, headers json, value bytea, end_offset bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT message."offset", message.key, message.headers, message.value, partition.next_offset
  FROM (
    SELECT *, sum(coalesce(size, octet_length(value))) OVER (ORDER BY "offset") AS bytes
    FROM bus.message
    WHERE topic_id = bus.topic_id(p_topic) AND partition = p_partition
      AND "offset" >= p_from AND "offset" < p_from + p_max_messages
  ) AS message
  JOIN bus.partition USING (topic_id, partition)
  WHERE message.bytes <= p_max_bytes OR message."offset" = p_from
  ORDER BY message."offset"
$$;

REVOKE ALL ON FUNCTION bus.publish FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.publish
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
