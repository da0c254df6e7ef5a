-- How many partitions a topic has.
CREATE FUNCTION bus.partitions(p_topic text) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT partitions FROM bus.topic WHERE id = bus.topic_id(p_topic)
$$;

REVOKE ALL ON FUNCTION bus.partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.partitions
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
