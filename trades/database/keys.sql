-- One message of its kind: every message leaves its key in the table that is not cut by day.
CREATE OR REPLACE FUNCTION guard.keep_message_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.trades_messagekey (source_reference, source_system, slot, execution_id)
  SELECT e.source_reference, e.source_system,
         CASE e.action WHEN 'NEW' THEN 0 ELSE e.source_version END, e.id
    FROM after_rows e;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION guard.keep_message_keys() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_message_keys ON public.trades_execution;
CREATE TRIGGER guard_message_keys AFTER INSERT ON public.trades_execution
  REFERENCING NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION guard.keep_message_keys();
