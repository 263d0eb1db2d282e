-- Who may act in which role, on which desk, at this moment: by a role of one's own, or one that somebody
-- lends who holds it still, or by a broken glass while the role is held elsewhere. The one place where roles become rights: the pages, the API, the jobs
-- (`core.access`) and the triggers (`guard.right_of`) read no other. It asks the clock, not the
-- transaction: what runs out while somebody acts has run out.
CREATE OR REPLACE VIEW public.core_heldrole AS
SELECT held.user_id, held.role, held.desk_code,
       CASE WHEN held.valid_until IS NULL THEN '' ELSE 'broken glass' END::varchar AS on_behalf_of
  FROM public.core_rolegrant held
 WHERE held.valid_until IS NULL OR held.valid_until > clock_timestamp() AND EXISTS (
   SELECT FROM public.core_rolegrant own
    WHERE own.user_id = held.user_id AND own.role = held.role AND own.valid_until IS NULL)
UNION ALL
SELECT lent.delegate_id, lent.role,
       CASE lent.desk_code WHEN '' THEN own.desk_code ELSE lent.desk_code END, lender.username
  FROM public.core_delegation lent
  JOIN public.core_user lender ON lender.id = lent.lender_id AND lender.is_active
  JOIN public.core_rolegrant own ON own.user_id = lent.lender_id AND own.role = lent.role
   AND own.valid_until IS NULL AND (lent.desk_code = '' OR own.desk_code IN ('', lent.desk_code))
 WHERE lent.state = 'GRANTED' AND lent.starts_at <= clock_timestamp()
   AND lent.ends_at > clock_timestamp();
