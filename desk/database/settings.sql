-- Settings of the rule book, and tolerances of the reconciliation, which are kept among them.
DROP TRIGGER IF EXISTS guard_two_people ON public.desk_controlrule;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.desk_controlrule
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PROPOSED', 'RESOLVE_EXCEPTION', 'WAIVE_EXCEPTION', '{}');
