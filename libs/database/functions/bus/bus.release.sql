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

REVOKE ALL ON FUNCTION bus.release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.release
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
