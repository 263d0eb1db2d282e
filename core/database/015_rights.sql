-- Rights by two people. A role that a person gives comes of a proposal that another administrator
-- approved, and of each proposal comes one role. What nobody of the house gave (the console, a token,
-- a statement by hand) is filed for another person to look at: nothing is given unseen.
CREATE OR REPLACE FUNCTION guard.role_is_given_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.core_user WHERE username = NEW.granted_by) THEN
    IF NEW.approved_by <> '' THEN
      RAISE EXCEPTION 'nobody of the house gave role %, so nobody approved it', NEW.role
        USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_by_two';
    END IF;
    INSERT INTO public.core_lonegrant
      (user_id, role, desk_code, given_by, given_at, reason, state, reviewed_by, note)
    VALUES (NEW.user_id, NEW.role, NEW.desk_code, NEW.granted_by, NEW.granted_at,
            coalesce(current_setting('denouement.reason', true), ''), 'OPEN', '', '')
    ON CONFLICT (user_id, role, desk_code) WHERE state = 'OPEN' AND until IS NULL DO NOTHING;
    RETURN NULL;
  END IF;
  IF NEW.approved_by = NEW.granted_by OR EXISTS (
    SELECT FROM public.core_user WHERE id = NEW.user_id AND username = NEW.approved_by) THEN
    RAISE EXCEPTION '% may not approve role %', NEW.approved_by, NEW.role
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_by_two';
  END IF;
  IF NOT guard.holds_right(NEW.granted_by, 'GRANT_ROLE', '')
     OR NOT guard.holds_right(NEW.approved_by, 'GRANT_ROLE', '') THEN
    RAISE EXCEPTION '% and % are not two administrators', NEW.granted_by, NEW.approved_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_by_administrators';
  END IF;
  UPDATE public.core_roleproposal SET grant_id = NEW.id
   WHERE user_id = NEW.user_id AND role = NEW.role AND desk_code = NEW.desk_code
     AND proposed_by = NEW.granted_by AND decided_by = NEW.approved_by AND state = 'APPROVED'
     AND grant_id IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'role % of % was not proposed and approved', NEW.role, NEW.user_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_by_two';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS guard_zz_two_people ON public.core_rolegrant;
DROP TRIGGER IF EXISTS guard_zz_two_people_still ON public.core_rolegrant;
CREATE TRIGGER guard_zz_two_people AFTER INSERT ON public.core_rolegrant
  FOR EACH ROW WHEN (NEW.valid_until IS NULL) EXECUTE FUNCTION guard.role_is_given_by_two();
CREATE TRIGGER guard_zz_two_people_still
  AFTER UPDATE OF user_id, role, desk_code, granted_by, approved_by ON public.core_rolegrant
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION guard.role_is_given_by_two();

-- A proposal begins open, is decided once, by an administrator who neither made it nor gains by it.
CREATE OR REPLACE FUNCTION guard.proposal_is_decided_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  who text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'PROPOSED' OR NEW.grant_id IS NOT NULL THEN
      RAISE EXCEPTION 'a role is proposed before it is decided'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'role_proposal_begins_open';
    END IF;
    who := NEW.proposed_by;
  ELSIF OLD.state = 'PROPOSED' AND NEW.state <> 'PROPOSED' AND NEW.grant_id IS NULL
        AND (NEW.user_id, NEW.role, NEW.desk_code, NEW.reason, NEW.proposed_by, NEW.proposed_at)
          = (OLD.user_id, OLD.role, OLD.desk_code, OLD.reason, OLD.proposed_by, OLD.proposed_at) THEN
    who := NEW.decided_by;
  ELSIF OLD.grant_id IS NULL AND to_jsonb(NEW) - 'grant_id' = to_jsonb(OLD) - 'grant_id' THEN
    RETURN NEW;
  ELSE
    RAISE EXCEPTION 'proposal % stands as it was made and decided', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_proposal_stands';
  END IF;
  IF EXISTS (SELECT FROM public.core_user WHERE id = NEW.user_id AND username = who) THEN
    RAISE EXCEPTION '% neither asks for nor decides on a role of its own', who
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_not_to_oneself';
  END IF;
  IF NOT guard.holds_right(who, 'GRANT_ROLE', '') THEN
    RAISE EXCEPTION '% is no administrator', who
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_by_administrators';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.core_roleproposal;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE ON public.core_roleproposal
  FOR EACH ROW EXECUTE FUNCTION guard.proposal_is_decided_by_another();

-- What was given alone is looked at once, by an administrator who did not give it and does not hold it.
CREATE OR REPLACE FUNCTION guard.lone_grant_is_reviewed_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'OPEN' THEN
      RAISE EXCEPTION 'what was given alone begins as not reviewed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'lone_grant_begins_open';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'OPEN' OR NEW.state = 'OPEN'
     OR (NEW.user_id, NEW.role, NEW.desk_code, NEW.given_by, NEW.given_at, NEW.reason, NEW.until)
        IS DISTINCT FROM
        (OLD.user_id, OLD.role, OLD.desk_code, OLD.given_by, OLD.given_at, OLD.reason, OLD.until) THEN
    RAISE EXCEPTION 'role % stands as it was given and reviewed', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lone_grant_stands';
  END IF;
  IF EXISTS (SELECT FROM public.core_user WHERE id = NEW.user_id AND username = NEW.reviewed_by)
     OR NOT guard.holds_right(NEW.reviewed_by, 'GRANT_ROLE', '') THEN
    RAISE EXCEPTION '% may not review this role', NEW.reviewed_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lone_grant_reviewed_by_another';
  END IF;
  IF NEW.until IS NOT NULL AND NEW.state = 'KEPT' AND EXISTS (
    SELECT FROM public.core_rolegrant
     WHERE (user_id, role, desk_code) = (NEW.user_id, NEW.role, NEW.desk_code)
       AND valid_until > clock_timestamp()) THEN
    RAISE EXCEPTION 'the broken glass % is not over', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lone_grant_is_over_first';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.core_lonegrant;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE ON public.core_lonegrant
  FOR EACH ROW EXECUTE FUNCTION guard.lone_grant_is_reviewed_by_another();

-- Who is made active again has the roles back that were left: given alone, too. What was lent to or by
-- that person does not come back.
CREATE OR REPLACE FUNCTION guard.roles_come_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.core_lonegrant
    (user_id, role, desk_code, given_by, given_at, reason, state, reviewed_by, note)
  SELECT NEW.id, held.role, held.desk_code,
         coalesce(current_setting('denouement.actor', true), ''), now(),
         coalesce(current_setting('denouement.reason', true), ''), 'OPEN', '', ''
    FROM public.core_rolegrant held WHERE held.user_id = NEW.id AND held.valid_until IS NULL
  ON CONFLICT (user_id, role, desk_code) WHERE state = 'OPEN' AND until IS NULL DO NOTHING;
  UPDATE public.core_delegation
     SET state = 'WITHDRAWN', withdrawn_by = NEW.username, withdrawn_at = now(), note = 'made active again'
   WHERE NEW.id IN (delegate_id, lender_id) AND state = 'GRANTED' AND ends_at > clock_timestamp();
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS guard_roles_come_back ON public.core_user;
CREATE TRIGGER guard_roles_come_back AFTER UPDATE OF is_active ON public.core_user
  FOR EACH ROW WHEN (NEW.is_active AND NOT OLD.is_active)
  EXECUTE FUNCTION guard.roles_come_back();
