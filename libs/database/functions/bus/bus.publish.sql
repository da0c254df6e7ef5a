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

REVOKE ALL ON FUNCTION bus.publish FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.publish
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
