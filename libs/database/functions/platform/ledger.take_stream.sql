-- Takes the stream for the rest of the transaction, creating it if need be, and says where it ends (-1: empty).
-- One writer at a time: revisions are contiguous and become visible in order. The row lock needs more than INSERT, so
-- the function runs as its owner and the writer's role needs no UPDATE on anything.
CREATE FUNCTION ledger.take_stream(wanted text, OUT stream integer, OUT head bigint)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
  SELECT s.stream INTO take_stream.stream FROM ledger.stream s WHERE s.name = wanted FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO ledger.stream (name) VALUES (wanted) ON CONFLICT (name) DO NOTHING;
    SELECT s.stream INTO STRICT take_stream.stream FROM ledger.stream s WHERE s.name = wanted FOR UPDATE;
  END IF;
  -- A statement of its own, hence a snapshot taken after the lock: it sees what the writer before us committed.
  SELECT coalesce(max(e.revision), -1) INTO take_stream.head
    FROM ledger.event e WHERE e.stream = take_stream.stream;
END
$$;

REVOKE ALL ON FUNCTION ledger.take_stream FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.take_stream TO kinledger_linker;
