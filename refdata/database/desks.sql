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

-- A desk belongs to an entity of ours, and a party that desks belong to stays one.
CREATE OR REPLACE FUNCTION guard.entity_of_desk_is_ours() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.refdata_party WHERE id = NEW.entity_id AND is_own_firm FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'party % is no entity of ours', NEW.entity_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'desk_of_our_entity';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION guard.entity_of_desks_stays_ours() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.refdata_desk WHERE entity_id = NEW.id) THEN
    RAISE EXCEPTION 'desks belong to party %', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'desk_of_our_entity';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_entity_is_ours ON public.refdata_desk;
CREATE TRIGGER guard_entity_is_ours BEFORE INSERT OR UPDATE OF entity_id ON public.refdata_desk
  FOR EACH ROW WHEN (NEW.entity_id IS NOT NULL) EXECUTE FUNCTION guard.entity_of_desk_is_ours();

DROP TRIGGER IF EXISTS guard_entity_stays_ours ON public.refdata_party;
CREATE TRIGGER guard_entity_stays_ours BEFORE UPDATE OF is_own_firm ON public.refdata_party
  FOR EACH ROW WHEN (OLD.is_own_firm AND NOT NEW.is_own_firm)
  EXECUTE FUNCTION guard.entity_of_desks_stays_ours();
