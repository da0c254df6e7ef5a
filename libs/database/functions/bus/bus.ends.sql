-- Where each partition of some topics ends: what a member asks when it may have missed a notification.
CREATE FUNCTION bus.ends(p_topics text[]) RETURNS TABLE (topic text, partition int, end_offset bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT topic.name, partition.partition, partition.next_offset
  FROM bus.topic JOIN bus.partition ON partition.topic_id = topic.id
  WHERE topic.name = ANY (p_topics)
$$;

REVOKE ALL ON FUNCTION bus.ends FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.ends
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
