-- Roles that are lent. Who lends holds the role by a grant: what is lent to oneself is not lent on. Nobody
-- stands in and aside on the same days, so that no chain and no circle arises. Both people are the lock,
-- as they are for a grant.
CREATE OR REPLACE FUNCTION guard.delegation_is_sound() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  other text;
BEGIN
  IF NEW.state <> 'GRANTED' THEN
    RAISE EXCEPTION 'a delegation begins as granted'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_begins_granted';
  END IF;
  PERFORM FROM public.core_user WHERE id IN (NEW.lender_id, NEW.delegate_id) ORDER BY id FOR UPDATE;
  IF NEW.ends_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'the delegation is over before it begins'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_is_to_come';
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.core_rolegrant own
     WHERE own.user_id = NEW.lender_id AND own.role = NEW.role AND own.valid_until IS NULL
       AND (NEW.desk_code = '' OR own.desk_code IN ('', NEW.desk_code))) THEN
    RAISE EXCEPTION '% holds no role % to lend', NEW.lender_id, NEW.role
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_of_a_role_held';
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.core_user person
     WHERE person.id = NEW.delegate_id AND person.is_active AND NOT EXISTS (
       SELECT FROM public.core_apitoken token WHERE token.user_id = person.id)) THEN
    RAISE EXCEPTION '% may not stand in for anybody', NEW.delegate_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_to_a_person';
  END IF;
  IF NEW.granted_by IN (SELECT username FROM public.core_user WHERE id IN (NEW.lender_id, NEW.delegate_id))
     OR NEW.asked_by = (SELECT username FROM public.core_user WHERE id = NEW.delegate_id) THEN
    RAISE EXCEPTION 'nobody lends to oneself, and who gains or lends does not grant it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_by_two';
  END IF;
  SELECT held.role INTO other FROM (
    SELECT role FROM public.core_rolegrant WHERE user_id = NEW.delegate_id
    UNION ALL
    SELECT lent.role FROM public.core_delegation lent
     WHERE lent.delegate_id = NEW.delegate_id AND lent.state = 'GRANTED'
       AND lent.ends_at > clock_timestamp()) held
    JOIN public.core_toxicpair pair
      ON (pair.first, pair.second) IN ((held.role, NEW.role), (NEW.role, held.role))
   LIMIT 1;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION 'roles % and % may not meet in one person', other, NEW.role
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_toxic_pair';
  END IF;
  IF EXISTS (
    SELECT FROM public.core_delegation lent
     WHERE lent.state = 'GRANTED' AND lent.starts_at < NEW.ends_at AND lent.ends_at > NEW.starts_at
       AND (lent.lender_id = NEW.delegate_id OR lent.delegate_id = NEW.lender_id)) THEN
    RAISE EXCEPTION 'on these days one of them stands in or aside already'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_in_no_chain';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_sound ON public.core_delegation;
CREATE TRIGGER guard_sound BEFORE INSERT ON public.core_delegation
  FOR EACH ROW EXECUTE FUNCTION guard.delegation_is_sound();

-- It stands as it was granted. Either of the two ends it, or who gives roles; nobody begins it anew.
CREATE OR REPLACE FUNCTION guard.delegation_is_only_withdrawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.state <> 'GRANTED' OR NEW.state = 'GRANTED'
     OR to_jsonb(NEW) - '{state,withdrawn_by,withdrawn_at,note}'::text[]
        <> to_jsonb(OLD) - '{state,withdrawn_by,withdrawn_at,note}'::text[] THEN
    RAISE EXCEPTION 'the delegation % stands as it was granted', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_stands';
  END IF;
  IF OLD.ends_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'the delegation % ran its course', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_ran_its_course';
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.core_user
     WHERE id IN (NEW.lender_id, NEW.delegate_id) AND username = NEW.withdrawn_by)
     AND NOT guard.holds_right(NEW.withdrawn_by, 'GRANT_ROLE', '') THEN
    RAISE EXCEPTION '% may not withdraw the delegation %', NEW.withdrawn_by, OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_withdrawn_by_one_of_them';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_stands ON public.core_delegation;
CREATE TRIGGER guard_stands BEFORE UPDATE ON public.core_delegation
  FOR EACH ROW EXECUTE FUNCTION guard.delegation_is_only_withdrawn();
