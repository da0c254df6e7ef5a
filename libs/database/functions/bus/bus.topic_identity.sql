-- What a topic is known by: no other topic has it, in no database.
CREATE FUNCTION bus.topic_identity(p_topic text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT identity FROM bus.topic WHERE id = bus.topic_id(p_topic)
$$;

REVOKE ALL ON FUNCTION bus.topic_identity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.topic_identity
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
