-- Exceptions for auditors; `subject` is "<kind>:<id> <reference>".
CREATE OR REPLACE VIEW qa.exception_item AS
SELECT x.id,
       x.kind::text AS kind,
       x.subject_kind || ':' || x.subject_id || ' ' || x.subject_reference AS subject,
       x.state::text AS status
  FROM public.desk_controlexception x;
