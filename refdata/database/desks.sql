-- A role on a desk that is not there would be held on whatever is later given that name.
CREATE OR REPLACE FUNCTION guard.desk_of_grant_is_known() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.refdata_desk WHERE code = NEW.desk_code) THEN
    RAISE EXCEPTION 'there is no desk %', NEW.desk_code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_known_desk';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_desk_is_known ON public.core_rolegrant;
CREATE TRIGGER guard_desk_is_known BEFORE INSERT OR UPDATE OF desk_code ON public.core_rolegrant
  FOR EACH ROW WHEN (NEW.desk_code <> '') EXECUTE FUNCTION guard.desk_of_grant_is_known();

DROP TRIGGER IF EXISTS guard_desk_is_known ON public.core_delegation;
CREATE TRIGGER guard_desk_is_known BEFORE INSERT ON public.core_delegation
  FOR EACH ROW WHEN (NEW.desk_code <> '') EXECUTE FUNCTION guard.desk_of_grant_is_known();
