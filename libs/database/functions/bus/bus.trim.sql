-- Deletes of some topics up to p_limit messages of each partition from its beginning, whatever their age, as far as every
-- group has committed them. Tells what is left of each partition, and how far it may be deleted: 0 where nobody reads it.
CREATE FUNCTION bus.trim(p_topics text[], p_limit int)
RETURNS TABLE (topic text, partition int, begin_offset bigint, end_offset bigint, committed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_partition record;
  v_first bigint;
  v_committed bigint;
BEGIN
  FOR v_partition IN
    SELECT of_topic.id, of_topic.name, its.partition, its.next_offset
    FROM bus.topic of_topic JOIN bus.partition its ON its.topic_id = of_topic.id
    WHERE of_topic.name = ANY (p_topics)
    ORDER BY of_topic.id, its.partition
  LOOP
    PERFORM pg_advisory_xact_lock(hashtext('bus retention'), v_partition.id);
    SELECT coalesce(min(lease.committed), 0) INTO v_committed FROM bus.lease
    WHERE lease.topic_id = v_partition.id AND lease.partition = v_partition.partition;
    SELECT min(message."offset") INTO v_first FROM bus.message
    WHERE message.topic_id = v_partition.id AND message.partition = v_partition.partition;
    DELETE FROM bus.message
    WHERE message.topic_id = v_partition.id AND message.partition = v_partition.partition
      AND message."offset" < least(v_first + p_limit, v_committed);
    SELECT min(message."offset") INTO v_first FROM bus.message
    WHERE message.topic_id = v_partition.id AND message.partition = v_partition.partition;
    topic := v_partition.name;
    partition := v_partition.partition;
    begin_offset := coalesce(v_first, v_partition.next_offset);
    end_offset := v_partition.next_offset;
    committed := v_committed;
    RETURN NEXT;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION bus.trim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.trim TO kinledger_linker;
