-- How far a group is behind the end of each partition.
CREATE FUNCTION bus.lag(p_group text) RETURNS TABLE (topic text, partition int, lag bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT topic.name, lease.partition, partition.next_offset - lease.committed
  FROM bus.lease JOIN bus.partition USING (topic_id, partition) JOIN bus.topic ON topic.id = lease.topic_id
  WHERE lease.group_name = p_group
  ORDER BY topic.name, lease.partition
$$;

REVOKE ALL ON FUNCTION bus.lag FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.lag
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
