-- The broken glass. Somebody takes a role that is held elsewhere for some minutes, and it is filed for an
-- administrator: what is refused here and below is what no hour of need excuses. `role_is_given_by_two`
-- leaves such a row to this function.
CREATE OR REPLACE FUNCTION guard.emergency_is_short_and_filed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  who text := (SELECT username FROM public.core_user WHERE id = NEW.user_id AND is_active);
  why text := coalesce(current_setting('denouement.reason', true), '');
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'a broken glass is not prolonged'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_is_short';
  END IF;
  IF NEW.valid_until <= clock_timestamp() OR NEW.valid_until > clock_timestamp() + interval '60 minutes' THEN
    RAISE EXCEPTION 'a broken glass lasts an hour at most'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_is_short';
  END IF;
  IF NEW.desk_code = '' THEN  -- what is about the whole house is reached by no emergency
    RAISE EXCEPTION 'a broken glass is for one desk'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_on_one_desk';
  END IF;
  IF NEW.granted_by IS DISTINCT FROM who OR NEW.approved_by <> '' OR NEW.role NOT IN ('AGENT', 'SUPERVISOR')
     OR NOT EXISTS (
       SELECT FROM public.core_rolegrant own
        WHERE own.user_id = NEW.user_id AND own.role = NEW.role AND own.valid_until IS NULL) THEN
    RAISE EXCEPTION '% holds no role % elsewhere', who, NEW.role
      USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_same_role';
  END IF;
  IF trim(why) = '' THEN
    RAISE EXCEPTION 'a broken glass has a reason'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_for_a_reason';
  END IF;
  -- one at a time, wherever: the next one waits for the review of this one (emergency_one_open)
  INSERT INTO public.core_lonegrant
    (user_id, role, desk_code, given_by, given_at, reason, state, reviewed_by, note, until)
  VALUES (NEW.user_id, NEW.role, NEW.desk_code, NEW.granted_by, now(), why, 'OPEN', '', '', NEW.valid_until);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS guard_emergency ON public.core_rolegrant;
DROP TRIGGER IF EXISTS guard_emergency_still ON public.core_rolegrant;
CREATE TRIGGER guard_emergency AFTER INSERT ON public.core_rolegrant
  FOR EACH ROW WHEN (NEW.valid_until IS NOT NULL) EXECUTE FUNCTION guard.emergency_is_short_and_filed();
CREATE TRIGGER guard_emergency_still AFTER UPDATE ON public.core_rolegrant
  FOR EACH ROW WHEN (NEW.valid_until IS NOT NULL OR OLD.valid_until IS NOT NULL)
  EXECUTE FUNCTION guard.emergency_is_short_and_filed();
