-- A member says goodbye: what it owned is free at once.
CREATE FUNCTION bus.leave(p_group text, p_member uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM bus.consumer_group WHERE name = p_group FOR NO KEY UPDATE;
  DELETE FROM bus.member WHERE group_name = p_group AND id = p_member;
  UPDATE bus.lease SET owner = NULL WHERE group_name = p_group AND owner = p_member;
  PERFORM pg_notify('bus_group', p_group);
END $$;

REVOKE ALL ON FUNCTION bus.leave FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.leave
TO kinledger_ingest, kinledger_pseudonymiser, kinledger_linker, kinledger_projector;
