-- The review of a quarter. A right is decided on once, while the review is open, by an administrator who
-- does not hold it; whoever decided nothing signs, when everything is decided. Signed, nothing changes.
CREATE OR REPLACE FUNCTION guard.review_row_is_decided_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  life text;
BEGIN
  SELECT state INTO life FROM public.core_accessreview WHERE id = NEW.review_id FOR SHARE;
  IF life IS DISTINCT FROM 'OPEN' THEN
    RAISE EXCEPTION 'the review % is signed', NEW.review_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'access_review_is_evidence';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'OPEN' THEN
      RAISE EXCEPTION 'a right is reviewed after it was listed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'access_row_begins_open';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'OPEN' OR NEW.state = 'OPEN'
     OR to_jsonb(NEW) - '{state,reviewed_by,reviewed_at,reason}'::text[]
        <> to_jsonb(OLD) - '{state,reviewed_by,reviewed_at,reason}'::text[] THEN
    RAISE EXCEPTION 'the right % stands as it was listed and decided', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'access_row_stands';
  END IF;
  IF EXISTS (SELECT FROM public.core_user WHERE id = NEW.user_id AND username = NEW.reviewed_by)
     OR NOT guard.holds_right(NEW.reviewed_by, 'GRANT_ROLE', '') THEN
    RAISE EXCEPTION '% may not review this right', NEW.reviewed_by
      USING ERRCODE = 'check_violation', CONSTRAINT = 'access_row_by_another';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.core_accessreviewrow;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE ON public.core_accessreviewrow
  FOR EACH ROW EXECUTE FUNCTION guard.review_row_is_decided_by_another();

CREATE OR REPLACE FUNCTION guard.review_is_signed_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'OPEN' THEN
      RAISE EXCEPTION 'a review begins open'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'access_review_begins_open';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'OPEN' OR NEW.state = 'OPEN'
     OR to_jsonb(NEW) - '{state,signed_by,signed_at,note}'::text[]
        <> to_jsonb(OLD) - '{state,signed_by,signed_at,note}'::text[] THEN
    RAISE EXCEPTION 'the review % is evidence', OLD.period
      USING ERRCODE = 'check_violation', CONSTRAINT = 'access_review_is_evidence';
  END IF;
  IF EXISTS (SELECT FROM public.core_accessreviewrow WHERE review_id = NEW.id AND state = 'OPEN') THEN
    RAISE EXCEPTION 'rights of the review % wait for a decision', NEW.period
      USING ERRCODE = 'check_violation', CONSTRAINT = 'access_review_is_complete';
  END IF;
  IF EXISTS (SELECT FROM public.core_accessreviewrow
              WHERE review_id = NEW.id AND reviewed_by = NEW.signed_by)
     OR NOT guard.holds_right(NEW.signed_by, 'VIEW_AUDIT', '') THEN
    RAISE EXCEPTION '% may not sign the review %', NEW.signed_by, NEW.period
      USING ERRCODE = 'check_violation', CONSTRAINT = 'access_review_signed_by_another';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_two_people ON public.core_accessreview;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE ON public.core_accessreview
  FOR EACH ROW EXECUTE FUNCTION guard.review_is_signed_by_another();
