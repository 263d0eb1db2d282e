-- Settings that one proposes and another puts in force: rows of many tables, of one shape. A room puts the
-- trigger on its tables and says which state waits, who proposes, who decides, and what may change later on.

-- On whose behalf somebody may have done what takes a right: who lends it, to one who has none of one's own.
CREATE OR REPLACE FUNCTION guard.lenders_behind(who text, deed text, since timestamptz) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(lender.username::text), '{}')
    FROM public.core_user person
    JOIN public.core_delegation lent ON lent.delegate_id = person.id
    JOIN public.core_user lender ON lender.id = lent.lender_id
    JOIN public.core_roleaction cell ON cell.role = lent.role AND cell.action = deed
   WHERE person.username = who AND lent.starts_at <= clock_timestamp()
     AND lent.ends_at > least(since, clock_timestamp())
     AND NOT EXISTS (
       SELECT FROM public.core_rolegrant own
         JOIN public.core_roleaction mine ON mine.role = own.role AND mine.action = deed
        WHERE own.user_id = person.id AND own.valid_until IS NULL)
$$;

-- A setting begins proposed, by one who may; another who may, and for whom it was not proposed, decides once;
-- what it says never changes. What nobody of the house proposed came with the installation.
CREATE OR REPLACE FUNCTION guard.setting_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  waits text := TG_ARGV[0];
  decided text[] := '{state,decided_by,decided_at,decision_reason}';
  later text[] := TG_ARGV[3]::text[];
  near text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT FROM public.core_user WHERE username IN (NEW.proposed_by, NEW.decided_by)) THEN
      IF NEW.state <> waits THEN
        RAISE EXCEPTION 'a setting is proposed before it is decided'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'setting_begins_open';
      END IF;
      IF NOT guard.holds_right(NEW.proposed_by, TG_ARGV[1], '*') THEN
        RAISE EXCEPTION '% may not propose this', NEW.proposed_by
          USING ERRCODE = 'check_violation', CONSTRAINT = 'setting_proposed_by_one_who_may';
      END IF;
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - decided - later <> to_jsonb(OLD) - decided - later
     OR OLD.state <> waits AND to_jsonb(NEW) - later <> to_jsonb(OLD) - later THEN
    RAISE EXCEPTION 'setting % stands as it was proposed and decided', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'setting_stands';
  END IF;
  IF OLD.state = waits AND NEW.state <> waits AND EXISTS (
       SELECT FROM public.core_user WHERE username IN (NEW.proposed_by, NEW.decided_by)) THEN
    near := NEW.proposed_by::text || guard.lenders_behind(NEW.proposed_by, TG_ARGV[1], NEW.proposed_at);
    IF NEW.decided_by = ANY (near) THEN
      RAISE EXCEPTION 'setting % was proposed by % or on behalf of it', OLD.id, NEW.decided_by
        USING ERRCODE = 'check_violation', CONSTRAINT = 'setting_decided_by_another';
    END IF;
    IF guard.right_to_decide(NEW.decided_by, TG_ARGV[2], '*', near) IS NULL THEN
      RAISE EXCEPTION '% may not decide on setting %', NEW.decided_by, OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'setting_decided_by_one_who_may';
    END IF;
  END IF;
  RETURN NEW;
END $$;
