-- Exceptions for auditors; `subject` is "<kind>:<id> <reference>".
CREATE OR REPLACE VIEW qa.exception_item AS
SELECT x.id,
       x.kind::text AS kind,
       x.subject_kind || ':' || x.subject_id || ' ' || x.subject_reference AS subject,
       x.state::text AS status
  FROM public.desk_controlexception x;

-- Decisions on trades, each with who decided, and on whose right ('' on an own one).
CREATE OR REPLACE VIEW qa.approval AS
SELECT a.id,
       a.subject_id AS trade_id,
       a.version_no,
       a.decision::text AS decision,
       a.checker::text AS checker,
       a.on_behalf_of::text AS on_behalf_of
  FROM public.desk_approval a
 WHERE a.subject_kind = 'trade';

-- What is set, by whom and by which other one: rules in force, and limits that somebody of the house
-- set (what the house itself begins with comes of no request).
CREATE OR REPLACE VIEW qa.setting AS
SELECT 'rule' AS kind, c.id, c.proposed_by::text AS asked_by, c.decided_by::text AS decided_by
  FROM public.desk_controlrule c WHERE c.state = 'APPROVED'
UNION ALL
SELECT 'limit', l.id, l.set_by::text, coalesce(r.decided_by, '')::text
  FROM public.desk_supervisorlimit l
  LEFT JOIN public.desk_request r ON r.id = l.request_id AND r.state = 'GRANTED'
 WHERE l.request_id IS NOT NULL
    OR EXISTS (SELECT FROM public.core_user u WHERE u.username = l.set_by)
UNION ALL
SELECT 'several', s.id, s.set_by::text, coalesce(r.decided_by, '')::text
  FROM public.desk_severalvalidations s
  LEFT JOIN public.desk_request r ON r.id = s.request_id AND r.state = 'GRANTED'
 WHERE s.request_id IS NOT NULL
    OR EXISTS (SELECT FROM public.core_user u WHERE u.username = s.set_by);
