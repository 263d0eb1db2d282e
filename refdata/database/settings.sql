-- Dated data that one proposes and another puts in force.
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_cutoff;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_cutoff
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_feeschedule;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_feeschedule
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_settlementplace;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_settlementplace
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_restriction;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_restriction
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_falsehit;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_falsehit
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');

-- A settlement instruction ends early only the day before one that came in its place and was approved.
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_settlementinstruction;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_settlementinstruction
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{valid_to}');
CREATE OR REPLACE FUNCTION guard.instruction_ends_for_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.refdata_settlementinstruction other
     WHERE other.replaces_id = NEW.id AND other.state = 'APPROVED'
       AND other.valid_from - 1 = NEW.valid_to) THEN
    RAISE EXCEPTION 'settlement instruction % was not replaced', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ssi_ends_for_another';
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS guard_ends_for_another ON public.refdata_settlementinstruction;
CREATE CONSTRAINT TRIGGER guard_ends_for_another AFTER UPDATE OF valid_to
  ON public.refdata_settlementinstruction DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.valid_to IS DISTINCT FROM NEW.valid_to)
  EXECUTE FUNCTION guard.instruction_ends_for_another();

-- What was signed with a party, and who owns it. A row ends early only the day before one of the same kind, or of
-- the same name, that was approved: an owner does not vanish by a date.
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_agreement;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_agreement
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{valid_to}');
DROP TRIGGER IF EXISTS guard_two_people ON public.refdata_beneficialowner;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.refdata_beneficialowner
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{valid_to}');

CREATE OR REPLACE FUNCTION guard.ends_for_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_followed boolean;
BEGIN
  EXECUTE format(
    'SELECT EXISTS (SELECT FROM public.%1$I other WHERE other.party_id = $1 AND lower(other.%2$I) = lower($2)'
    ' AND other.id <> $3 AND other.state = ''APPROVED'' AND other.valid_from - 1 = $4)', TG_TABLE_NAME, TG_ARGV[0])
    INTO is_followed USING NEW.party_id, to_jsonb(NEW) ->> TG_ARGV[0], NEW.id, NEW.valid_to;
  IF NOT is_followed THEN
    RAISE EXCEPTION 'row % of % was not followed by another', NEW.id, TG_TABLE_NAME
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[1];
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS guard_ends_for_another ON public.refdata_agreement;
CREATE CONSTRAINT TRIGGER guard_ends_for_another AFTER UPDATE OF valid_to
  ON public.refdata_agreement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.valid_to IS DISTINCT FROM NEW.valid_to)
  EXECUTE FUNCTION guard.ends_for_another('kind', 'agreement_ends_for_another');
DROP TRIGGER IF EXISTS guard_ends_for_another ON public.refdata_beneficialowner;
CREATE CONSTRAINT TRIGGER guard_ends_for_another AFTER UPDATE OF valid_to
  ON public.refdata_beneficialowner DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.valid_to IS DISTINCT FROM NEW.valid_to)
  EXECUTE FUNCTION guard.ends_for_another('name', 'owner_ends_for_another');
