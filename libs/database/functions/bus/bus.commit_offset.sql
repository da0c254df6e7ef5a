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

REVOKE ALL ON FUNCTION bus.commit_offset FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.commit_offset
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
