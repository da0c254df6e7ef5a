-- Messages from an offset on: at most so many, and so many bytes of values as they are in memory, but one
-- at least; with the partition's end.
CREATE FUNCTION bus.fetch(
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

REVOKE ALL ON FUNCTION bus.fetch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.fetch
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
