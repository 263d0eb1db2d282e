-- What one asks for and another grants. Every function pins its search_path and names its tables whole:
-- a table of the same name in another schema answers nothing here.

-- A request begins asked, by somebody who may ask for it. It is decided once and stands as it was made:
-- granted or refused by another who may grant it, taken back by who asked, or lapsed with its subject.
CREATE OR REPLACE FUNCTION guard.request_is_decided_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  behalf text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'ASKED' THEN
      RAISE EXCEPTION 'a request is asked before it is decided'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_begins_asked';
    END IF;
    behalf := guard.right_of(NEW.asked_by,
         CASE NEW.kind WHEN 'WAIVER' THEN 'RESOLVE_EXCEPTION' WHEN 'CONDUCT_WAIVER' THEN 'WAIVE_EXCEPTION'
                       WHEN 'DELEGATION' THEN 'GRANT_ROLE' WHEN 'STATIC_DATA' THEN 'EDIT_REFDATA'
                       ELSE 'CONFIGURE' END,
         CASE NEW.kind WHEN 'STATIC_DATA' THEN '*' ELSE NEW.desk_code END,  -- reference data belongs to no desk
         -- who stands in for somebody does not ask to waive what is about that person's conduct
         CASE NEW.kind WHEN 'CONDUCT_WAIVER' THEN NEW.contributors::text[] ELSE '{}' END);
    IF NEW.kind = 'DELEGATION' AND EXISTS (  -- who lends a role asks for it by holding it
         SELECT FROM public.core_user person JOIN public.core_rolegrant own ON own.user_id = person.id
          WHERE person.username = NEW.asked_by AND person.is_active
            AND person.username = NEW.content ->> 'lender' AND own.role = NEW.content ->> 'role'
            AND own.valid_until IS NULL) THEN
      behalf := '';
    END IF;
    IF behalf IS NULL THEN
      RAISE EXCEPTION '% may not ask for %', NEW.asked_by, NEW.kind
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_of_one_who_may';
    END IF;
    IF behalf NOT IN ('', 'broken glass') AND behalf <> ALL (NEW.contributors) THEN  -- asked for another is asked by both
      NEW.contributors := NEW.contributors || behalf::varchar;
    END IF;
    NEW.on_behalf_of := '';
    RETURN NEW;
  END IF;
  IF OLD.state <> 'ASKED' OR NEW.state = 'ASKED'
     OR to_jsonb(NEW) - '{state,decided_by,decided_at,note,on_behalf_of}'::text[]
        <> to_jsonb(OLD) - '{state,decided_by,decided_at,note,on_behalf_of}'::text[] THEN
    RAISE EXCEPTION 'request % stands as it was made and decided', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'request_stands';
  END IF;
  IF NEW.state = 'WITHDRAWN' AND NEW.decided_by <> NEW.asked_by THEN
    RAISE EXCEPTION 'request % is taken back by who asked', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'request_taken_back_by_who_asked';
  END IF;
  NEW.on_behalf_of := '';
  IF NEW.state IN ('GRANTED', 'REFUSED') THEN
    behalf := guard.right_to_decide(NEW.decided_by,
       CASE WHEN NEW.kind LIKE '%WAIVER' THEN 'WAIVE_EXCEPTION'
            WHEN NEW.kind = 'STATIC_DATA' THEN 'APPROVE_REFDATA' ELSE 'GRANT_ROLE' END,
       CASE NEW.kind WHEN 'STATIC_DATA' THEN '*' ELSE NEW.desk_code END,
       NEW.contributors::text[] || NEW.asked_by::text);
    IF behalf IS NULL THEN
      RAISE EXCEPTION '% may not decide on request %', NEW.decided_by, OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'request_decided_by_one_who_may';
    END IF;
    NEW.on_behalf_of := behalf;
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.desk_request;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE ON public.desk_request
  FOR EACH ROW EXECUTE FUNCTION guard.request_is_decided_by_another();

-- What blocks, or is about somebody's conduct, is waived by the request that somebody else granted, made about this exception.
CREATE OR REPLACE FUNCTION guard.blocking_is_waived_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.desk_request
     WHERE kind = CASE NEW.kind WHEN 'CONDUCT' THEN 'CONDUCT_WAIVER' ELSE 'WAIVER' END
       AND subject_kind = 'exception' AND subject_id = NEW.id
       AND state = 'GRANTED' AND decided_by = NEW.ended_by AND decided_at = NEW.ended_at) THEN
    RAISE EXCEPTION 'the waiver of exception % was not asked for and granted', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exception_blocking_waived_by_two';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.desk_controlexception;
CREATE TRIGGER guard_two_people BEFORE UPDATE OF state, severity, kind ON public.desk_controlexception
  FOR EACH ROW WHEN (NEW.state = 'WAIVED' AND (NEW.severity = 'BLOCKING' OR NEW.kind = 'CONDUCT')
    AND (OLD.state, OLD.severity, OLD.kind) IS DISTINCT FROM (NEW.state, NEW.severity, NEW.kind))
  EXECUTE FUNCTION guard.blocking_is_waived_by_two();
DROP TRIGGER IF EXISTS guard_two_people_first ON public.desk_controlexception;
CREATE TRIGGER guard_two_people_first BEFORE INSERT ON public.desk_controlexception
  FOR EACH ROW WHEN (NEW.state = 'WAIVED' AND (NEW.severity = 'BLOCKING' OR NEW.kind = 'CONDUCT'))
  EXECUTE FUNCTION guard.blocking_is_waived_by_two();

-- A limit, and how many must validate, that a person of the house set comes of a granted request that
-- says the same. What nobody of the house set came with the installation.
CREATE OR REPLACE FUNCTION guard.limit_is_granted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := to_jsonb(NEW);
BEGIN
  IF NEW.request_id IS NULL AND NOT EXISTS (
       SELECT FROM public.core_user WHERE username = NEW.set_by) THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (
    SELECT FROM public.desk_request asked
     WHERE asked.id = NEW.request_id AND asked.kind = TG_ARGV[0] AND asked.state = 'GRANTED'
       AND asked.asked_by = NEW.set_by AND asked.subject_id = (said ->> TG_ARGV[1])::bigint
       AND asked.content ->> 'valid_from' = NEW.valid_from::text
       AND (asked.content ->> 'amount_eur')::numeric IS NOT DISTINCT FROM (said ->> TG_ARGV[2])::numeric
  ) THEN
    RAISE EXCEPTION '% was not asked for and granted', TG_ARGV[0]
      USING ERRCODE = 'check_violation', CONSTRAINT = 'limit_by_two';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.desk_supervisorlimit;
CREATE TRIGGER guard_two_people BEFORE INSERT ON public.desk_supervisorlimit
  FOR EACH ROW EXECUTE FUNCTION
  guard.limit_is_granted('VALIDATION_LIMIT', 'user_id', 'amount_eur');
DROP TRIGGER IF EXISTS guard_two_people ON public.desk_severalvalidations;
CREATE TRIGGER guard_two_people BEFORE INSERT ON public.desk_severalvalidations
  FOR EACH ROW EXECUTE FUNCTION
  guard.limit_is_granted('SEVERAL_VALIDATIONS', 'people', 'from_eur');

-- A delegation comes of a granted request that says the same, word for word.
CREATE OR REPLACE FUNCTION guard.delegation_is_granted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.desk_request asked
      JOIN public.core_user lender ON lender.username = asked.content ->> 'lender'
      JOIN public.core_user delegate ON delegate.username = asked.content ->> 'delegate'
     WHERE asked.id = NEW.request_id AND asked.kind = 'DELEGATION' AND asked.state = 'GRANTED'
       AND (lender.id, delegate.id, asked.content ->> 'role', coalesce(asked.content ->> 'desk_code', ''),
            asked.asked_by, asked.decided_by)
         = (NEW.lender_id, NEW.delegate_id, NEW.role, NEW.desk_code, NEW.asked_by, NEW.granted_by)
       AND (asked.content ->> 'starts_at')::timestamptz = NEW.starts_at
       AND (asked.content ->> 'ends_at')::timestamptz = NEW.ends_at) THEN
    RAISE EXCEPTION 'the delegation was not asked for and granted'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_by_two';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.core_delegation;
CREATE TRIGGER guard_two_people BEFORE INSERT ON public.core_delegation
  FOR EACH ROW EXECUTE FUNCTION guard.delegation_is_granted();

-- How many supervisors a trade of this amount takes today; an unknown amount is above every other.
CREATE OR REPLACE FUNCTION guard.validations_needed(amount numeric) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(max(people), 1) FROM (
    SELECT DISTINCT ON (people) people, from_eur FROM public.desk_severalvalidations
     WHERE valid_from <= (now() AT TIME ZONE 'UTC')::date
     ORDER BY people, valid_from DESC, id DESC) in_force
   WHERE from_eur IS NOT NULL AND (amount IS NULL OR amount >= from_eur)
$$;
