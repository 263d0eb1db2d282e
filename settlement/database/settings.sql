-- Tolerances of confirmations, that one proposes and another puts in force.
DROP TRIGGER IF EXISTS guard_two_people ON public.settlement_toleranceprofile;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.settlement_toleranceprofile
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PENDING', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');
