-- The id of a topic. SQLSTATE KB001: it is not known.
CREATE FUNCTION bus.topic_id(p_topic text) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  SELECT id INTO v_id FROM bus.topic WHERE name = p_topic;
  IF v_id IS NULL THEN
    RAISE EXCEPTION 'topic % does not exist', p_topic USING ERRCODE = 'KB001', DETAIL = p_topic;
  END IF;
  RETURN v_id;
END $$;

REVOKE ALL ON FUNCTION bus.topic_id FROM PUBLIC;
