-- For operators: a group that will never come back no longer holds messages.
CREATE FUNCTION bus.forget_group(p_group text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM bus.consumer_group WHERE name = p_group
$$;

REVOKE ALL ON FUNCTION bus.forget_group FROM PUBLIC;
