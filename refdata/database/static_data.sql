-- What parties and instruments are, and what they are called, by two people. Every function pins its
-- search_path and names its tables whole: a table of the same name in another schema answers nothing here.

-- What stands changes, whoever acts, by the latest granted request about it alone, from what that request
-- shows to what it asks for: an older one cannot be used again. New rows of a person come of one, too; those
-- of a reference file, and those that nobody of the house writes (the installation, the demo), do not.
CREATE OR REPLACE FUNCTION guard.static_data_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  free text[] := TG_ARGV[1]::text[];
  row_id bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
  said jsonb;
  was jsonb;
  becomes jsonb;
BEGIN
  IF TG_OP = 'INSERT' AND (guard.nobody_of_the_house_acts() OR guard.is_entered_with_another(TG_ARGV[0], to_jsonb(NEW))) THEN
    RETURN NEW;
  END IF;
  SELECT asked.content INTO said FROM public.desk_request asked
   WHERE asked.kind = 'STATIC_DATA' AND asked.subject_kind = TG_ARGV[0] AND asked.subject_id = row_id
     AND asked.state = 'GRANTED'
   ORDER BY asked.id DESC LIMIT 1;
  SELECT jsonb_object_agg(key, value -> 0), jsonb_object_agg(key, value -> 1) INTO was, becomes
    FROM jsonb_each(said -> 'changes');
  IF TG_OP = 'INSERT' THEN
    IF becomes IS NOT NULL AND to_jsonb(NEW) - 'id' = to_jsonb(jsonb_populate_record(NEW,
         (SELECT jsonb_object_agg(key, NULL) FROM jsonb_object_keys(to_jsonb(NEW)) key) || becomes)) - 'id' THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF to_jsonb(OLD) - free = to_jsonb(jsonb_populate_record(OLD, was)) - free
       AND to_jsonb(NEW) - free = to_jsonb(jsonb_populate_record(OLD, becomes)) - free THEN
      RETURN NEW;
    END IF;
  ELSIF said ->> 'removed' = 'true' AND to_jsonb(OLD) = to_jsonb(jsonb_populate_record(OLD, was)) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% % was not asked for and granted', TG_ARGV[0], row_id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'static_data_by_two';
END $$;

CREATE OR REPLACE FUNCTION guard.nobody_of_the_house_acts() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT FROM public.core_user WHERE username = current_setting('denouement.actor', true))
$$;

-- A new record may be asked for together with what one source system calls it. An instrument of a file of
-- FIRDS is one that the file lists.
CREATE OR REPLACE FUNCTION guard.is_entered_with_another(record text, entered jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE record
    WHEN 'party_alias' THEN EXISTS (
      SELECT FROM public.desk_request asked
       WHERE asked.kind = 'STATIC_DATA' AND asked.subject_kind = 'party' AND asked.state = 'GRANTED'
         AND asked.subject_id = (entered ->> 'party_id')::bigint
         AND asked.content -> 'called' = jsonb_build_array(entered -> 'source_system', entered -> 'alias'))
    WHEN 'instrument_alias' THEN EXISTS (
      SELECT FROM public.desk_request asked
       WHERE asked.kind = 'STATIC_DATA' AND asked.subject_kind = 'instrument' AND asked.state = 'GRANTED'
         AND asked.subject_id = (entered ->> 'instrument_id')::bigint
         AND asked.content -> 'called' = jsonb_build_array(entered -> 'source_system', entered -> 'symbol'))
    WHEN 'instrument' THEN EXISTS (
      SELECT FROM public.refdata_instrumentlisting listed
       WHERE listed.isin = entered ->> 'isin' AND listed.currency = entered ->> 'currency'
         AND listed.cfi = entered ->> 'cfi' AND (entered ->> 'multiplier')::numeric = 1)
    ELSE false END
$$;

-- How the registration of an LEI stands follows the file of GLEIF, day by day; the page asks for it.
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_party;
CREATE TRIGGER guard_two_people BEFORE UPDATE ON public.refdata_party FOR EACH ROW
  WHEN (to_jsonb(OLD) - '{language,lei_status,lei_next_renewal}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{language,lei_status,lei_next_renewal}'::text[])
  EXECUTE FUNCTION guard.static_data_by_two('party', '{language,lei_status,lei_next_renewal}');
-- A party without any role is nobody that the house deals with: a file of GLEIF brings thousands.
DROP TRIGGER IF EXISTS guard_two_people_first ON public.refdata_party;
CREATE TRIGGER guard_two_people_first BEFORE INSERT ON public.refdata_party FOR EACH ROW
  WHEN (NEW.is_counterparty OR NEW.is_custodian OR NEW.is_broker OR NEW.is_client OR NEW.is_own_firm)
  EXECUTE FUNCTION guard.static_data_by_two('party', '{}');

DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_instrument;
CREATE TRIGGER guard_two_people BEFORE UPDATE ON public.refdata_instrument FOR EACH ROW
  WHEN (to_jsonb(OLD) - '{short_name,tick_size}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{short_name,tick_size}'::text[])
  EXECUTE FUNCTION guard.static_data_by_two('instrument', '{short_name,tick_size}');
DROP TRIGGER IF EXISTS guard_two_people_first ON public.refdata_instrument;
CREATE TRIGGER guard_two_people_first BEFORE INSERT ON public.refdata_instrument FOR EACH ROW
  EXECUTE FUNCTION guard.static_data_by_two('instrument', '{}');

DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_partyalias;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_partyalias FOR EACH ROW
  EXECUTE FUNCTION guard.static_data_by_two('party_alias', '{}');
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_instrumentalias;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_instrumentalias
  FOR EACH ROW EXECUTE FUNCTION guard.static_data_by_two('instrument_alias', '{}');
