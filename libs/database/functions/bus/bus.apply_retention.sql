-- Deletes up to p_limit messages of each partition from its beginning: what is old enough at p_now and committed by
-- every group. Returns how many; zero means that nothing more may go.
CREATE FUNCTION bus.apply_retention(p_now timestamptz, p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_partition record;
  v_first bigint;
  v_bound bigint;
  v_deleted bigint;
  v_total bigint := 0;
BEGIN
  FOR v_partition IN
    SELECT partition.topic_id, partition.partition, p_now - topic.retention AS newest
    FROM bus.partition JOIN bus.topic ON topic.id = partition.topic_id
    ORDER BY partition.topic_id, partition.partition
  LOOP
    CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtext('bus retention'), v_partition.topic_id);
    SELECT min("offset") INTO v_first FROM bus.message
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition;
    CONTINUE WHEN v_first IS NULL;
    SELECT least(v_first + p_limit, min(committed)) INTO v_bound FROM bus.lease
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition;
    -- Only from the beginning, up to the first message that is too young: offsets stay contiguous.
    SELECT least(v_bound, min("offset")) INTO v_bound FROM bus.message
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition
      AND "offset" < v_bound AND published_at > v_partition.newest;
    DELETE FROM bus.message
    WHERE topic_id = v_partition.topic_id AND partition = v_partition.partition AND "offset" < v_bound;
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    v_total := v_total + v_deleted;
  END LOOP;
  RETURN v_total;
END $$;

REVOKE ALL ON FUNCTION bus.apply_retention FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.apply_retention
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
