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

REVOKE ALL ON FUNCTION bus.claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.claim
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
