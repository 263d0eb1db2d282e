-- The guard: functions of the owner role that write the audit trail and refuse what must not be.
-- Every function pins its search_path; the application role may execute none of them by itself.
CREATE SCHEMA IF NOT EXISTS guard;
REVOKE ALL ON SCHEMA guard FROM PUBLIC;

-- A length-prefixed field: no two lists of fields give the same text.
CREATE OR REPLACE FUNCTION guard.framed(field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN octet_length(field)::text || ':' || field;

-- One step of a chain: the hash of the previous entry and of this one's text. Declared STABLE as
-- `convert_to` is: a function that claims more than its body is called, not written out in place.
CREATE OR REPLACE FUNCTION guard.linked(prev bytea, content text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(guard.framed(encode(prev, 'hex')) || content, 'UTF8'));

-- Running form of the step, for several entries of one chain in one statement.
CREATE OR REPLACE FUNCTION guard.link_step(state bytea, head bytea, content text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN guard.linked(coalesce(state, head), content);

DO $$
BEGIN
  IF to_regprocedure('guard.running_link(bytea, text)') IS NULL THEN
    CREATE AGGREGATE guard.running_link(head bytea, content text)
      (SFUNC = guard.link_step, STYPE = bytea);
  END IF;
END $$;

-- The text of an entry that is hashed, field by field; verify_audit rebuilds the same in Python.
CREATE OR REPLACE FUNCTION guard.content(e public.core_auditentry) RETURNS text
LANGUAGE sql STABLE
RETURN guard.framed(e.entity || ':' || e.key) || guard.framed(e.seq::text)
    || guard.framed(to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || guard.framed(e."table") || guard.framed(e.row::text) || guard.framed(e.action)
    || guard.framed(e.actor) || guard.framed(e.reason) || guard.framed(e.request_id)
    || guard.framed(e.xid::text) || guard.framed(e.payload);

-- On whose right a person may do something on a desk, at this moment: active, and by a role held there
-- or on all desks. What belongs to no desk asks for all of them, or for any one: '*'. '' is a right of one's own, which comes
-- first; a name is that of who lends it, and nobody of `barred` does; 'broken glass' is an emergency, when
-- nothing else will do; NULL: may not do it.
CREATE OR REPLACE FUNCTION guard.right_of(who text, deed text, desk text, barred text[]) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT held.on_behalf_of::text FROM public.core_user person
    JOIN public.core_heldrole held ON held.user_id = person.id
    JOIN public.core_roleaction cell ON cell.role = held.role
   WHERE person.username = who AND person.is_active AND cell.action = deed
     AND (held.desk_code IN ('', desk) OR desk = '*')
     AND (held.on_behalf_of = '' OR held.on_behalf_of <> ALL (coalesce(barred, '{}')))
   ORDER BY held.on_behalf_of = 'broken glass', held.on_behalf_of COLLATE "C" LIMIT 1
$$;

CREATE OR REPLACE FUNCTION guard.holds_right(who text, deed text, desk text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT guard.right_of(who, deed, desk, '{}') IS NOT NULL
$$;

-- The same for a decision: what is lent is kept from being withdrawn until the decision is written, and a
-- withdrawal that came first is seen.
CREATE OR REPLACE FUNCTION guard.right_to_decide(who text, deed text, desk text, barred text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  behalf text := guard.right_of(who, deed, desk, barred);
BEGIN
  IF behalf <> '' THEN
    PERFORM FROM public.core_delegation lent JOIN public.core_user person ON person.id = lent.delegate_id
      WHERE person.username = who AND lent.state = 'GRANTED' FOR SHARE OF lent;
    PERFORM FROM public.core_rolegrant held JOIN public.core_user person ON person.id = held.user_id
      WHERE person.username = who AND held.valid_until IS NOT NULL FOR SHARE OF held;
    behalf := guard.right_of(who, deed, desk, barred);
  END IF;
  RETURN behalf;
END $$;

-- Evidence is written once: nobody changes, deletes or empties it, the owner included.
CREATE OR REPLACE FUNCTION guard.refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;

-- A user name is an identity: who made, touched and decided is told by it. It is given once, in
-- letters that look like no others, unlike every other name but for its case, and is nobody else's.
CREATE OR REPLACE FUNCTION guard.user_name_is_an_identity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'the user name % is never changed', OLD.username
      USING ERRCODE = 'check_violation', CONSTRAINT = 'user_name_stays';
  END IF;
  IF NEW.username COLLATE "C" !~ '^[A-Za-z0-9][A-Za-z0-9.@_+-]*$'
     OR lower(NEW.username) IN ('system', 'anonymous', session_user, current_user)
     OR EXISTS (SELECT FROM public.core_user WHERE lower(username) = lower(NEW.username)) THEN
    RAISE EXCEPTION 'the user name % is no identity', NEW.username
      USING ERRCODE = 'check_violation', CONSTRAINT = 'user_name_is_an_identity';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_user_name ON public.core_user;
CREATE TRIGGER guard_user_name BEFORE INSERT ON public.core_user
  FOR EACH ROW EXECUTE FUNCTION guard.user_name_is_an_identity();
DROP TRIGGER IF EXISTS guard_user_name_stays ON public.core_user;
CREATE TRIGGER guard_user_name_stays BEFORE UPDATE OF username ON public.core_user
  FOR EACH ROW WHEN (OLD.username IS DISTINCT FROM NEW.username)
  EXECUTE FUNCTION guard.user_name_is_an_identity();

-- Two roles of one person that could forge both sides of a control; the user row is the lock.
CREATE OR REPLACE FUNCTION guard.refuse_toxic_pair() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  other text;
BEGIN
  PERFORM 1 FROM public.core_user WHERE id = NEW.user_id FOR UPDATE;
  SELECT held.role INTO other
    FROM public.core_rolegrant held
    JOIN public.core_toxicpair pair
      ON (pair.first, pair.second) IN ((held.role, NEW.role), (NEW.role, held.role))
   WHERE held.user_id = NEW.user_id AND held.id <> NEW.id
   LIMIT 1;
  IF other IS NULL THEN  -- what somebody lends this person, now or from a later day on
    SELECT lent.role INTO other
      FROM public.core_delegation lent
      JOIN public.core_toxicpair pair
        ON (pair.first, pair.second) IN ((lent.role, NEW.role), (NEW.role, lent.role))
     WHERE lent.delegate_id = NEW.user_id AND lent.state = 'GRANTED'
       AND lent.ends_at > clock_timestamp()
     LIMIT 1;
  END IF;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION 'roles % and % may not meet in one person', other, NEW.role
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_toxic_pair';
  END IF;
  IF NEW.granted_by <> '' AND NEW.valid_until IS NULL AND EXISTS (
    SELECT FROM public.core_user WHERE id = NEW.user_id AND username = NEW.granted_by) THEN
    RAISE EXCEPTION '% may not grant a role to itself', NEW.granted_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_grant_not_to_oneself';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS guard_toxic_pair ON public.core_rolegrant;
CREATE CONSTRAINT TRIGGER guard_toxic_pair AFTER INSERT OR UPDATE ON public.core_rolegrant
  FOR EACH ROW EXECUTE FUNCTION guard.refuse_toxic_pair();
