-- Creates a topic that is missing, and sets its retention. SQLSTATE KB002: it has another number of partitions (given as
-- the detail).
CREATE FUNCTION bus.ensure_topic(p_topic text, p_partitions int, p_retention_ms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_topic bus.topic;
BEGIN
  INSERT INTO bus.topic AS topic (name, partitions, retention)
  VALUES (p_topic, p_partitions, p_retention_ms * interval '1 millisecond')
  ON CONFLICT (name) DO UPDATE SET retention = excluded.retention
  RETURNING * INTO v_topic;
  IF v_topic.partitions <> p_partitions THEN
    RAISE EXCEPTION 'topic % has % partitions', p_topic, v_topic.partitions
      USING ERRCODE = 'KB002', DETAIL = v_topic.partitions::text;
  END IF;
  INSERT INTO bus.partition (topic_id, partition)
  SELECT v_topic.id, number FROM generate_series(0, p_partitions - 1) AS number
  ON CONFLICT DO NOTHING;
END $$;

REVOKE ALL ON FUNCTION bus.ensure_topic FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.ensure_topic
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
