-- A member says that it lives, and learns how its group shares the topics. Members that are gone lose their leases.
CREATE FUNCTION bus.attend(
  p_group text, p_member uuid, p_topics text[], p_start_at text, p_ttl_ms int, p_backend int
) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_topics int[] := ARRAY(SELECT bus.topic_id(name) AS id FROM unnest(p_topics) AS name ORDER BY id);
  v_topic int;
  v_joined boolean;
BEGIN
  INSERT INTO bus.consumer_group (name) VALUES (p_group) ON CONFLICT DO NOTHING;
  -- Members of a group come one after the other.
  PERFORM 1 FROM bus.consumer_group WHERE name = p_group FOR NO KEY UPDATE;

  WITH gone AS (
    DELETE FROM bus.member
    WHERE group_name = p_group AND id <> p_member
      AND (expires_at <= clock_timestamp() OR backend NOT IN (SELECT pid FROM pg_stat_activity))
    RETURNING id
  )
  UPDATE bus.lease SET owner = NULL WHERE group_name = p_group AND owner IN (SELECT id FROM gone);

  v_joined := NOT EXISTS (SELECT FROM bus.member WHERE group_name = p_group AND id = p_member);
  INSERT INTO bus.member (group_name, id, topics, expires_at, backend)
  VALUES (p_group, p_member, p_topics, clock_timestamp() + p_ttl_ms * interval '1 millisecond', p_backend)
  ON CONFLICT (group_name, id) DO UPDATE SET expires_at = excluded.expires_at, backend = excluded.backend;

  FOREACH v_topic IN ARRAY v_topics LOOP
    CONTINUE WHEN EXISTS (SELECT FROM bus.lease WHERE group_name = p_group AND topic_id = v_topic);
    -- Retention must not delete what the group is about to start with.
    PERFORM pg_advisory_xact_lock(hashtext('bus retention'), v_topic);
    INSERT INTO bus.lease (group_name, topic_id, partition, committed)
    SELECT p_group, v_topic, partition.partition,
      CASE p_start_at
        WHEN 'latest' THEN next_offset
        ELSE coalesce(
          (SELECT min("offset") FROM bus.message
           WHERE message.topic_id = v_topic AND message.partition = partition.partition),
          next_offset)
      END
    FROM bus.partition WHERE topic_id = v_topic;
  END LOOP;

  IF v_joined THEN PERFORM pg_notify('bus_group', p_group); END IF;

  RETURN json_build_object(
    'members', (
      SELECT json_agg(json_build_object('id', id, 'topics', topics))
      FROM bus.member WHERE group_name = p_group),
    'leases', (
      SELECT json_agg(json_build_object('topic', topic.name, 'partition', lease.partition, 'owner', owner,
        'epoch', epoch, 'committed', committed, 'end', next_offset))
      FROM bus.lease
      JOIN bus.partition USING (topic_id, partition)
      JOIN bus.topic ON topic.id = lease.topic_id
      WHERE group_name = p_group AND lease.topic_id = ANY (v_topics)));
END $$;

REVOKE ALL ON FUNCTION bus.attend FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.attend
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
