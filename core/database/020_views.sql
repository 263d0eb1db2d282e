-- Views for auditors: schema qa, read by qa_ro only. Names, columns and types are a contract.
CREATE SCHEMA IF NOT EXISTS qa;
REVOKE ALL ON SCHEMA qa FROM PUBLIC;

-- hash = sha256(framed(prev) || payload) where framed(x) is "<bytes of x>:<x>" and prev is in hex.
CREATE OR REPLACE VIEW qa.audit AS
SELECT entity || ':' || key AS chain,
       seq,
       guard.content(e) AS payload,
       to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
       encode(prev, 'hex') AS prev,
       encode(hash, 'hex') AS hash
  FROM public.core_auditentry e;

CREATE OR REPLACE VIEW qa.outbox AS
SELECT e.id,
       e.created_at,
       e.published_at,
       CASE WHEN count(j.id) = count(j.ended_at) FILTER (WHERE j.state = 'DONE')
            THEN coalesce(max(j.ended_at), e.published_at) END AS done_at
  FROM public.core_outboxevent e
  LEFT JOIN public.core_job j ON j.event_id = e.id
 GROUP BY e.id;

CREATE OR REPLACE VIEW qa.idempotency AS
SELECT client::text, key::text, code FROM public.core_idempotencyrecord;

CREATE OR REPLACE VIEW qa.user_role AS
SELECT DISTINCT u.username::text, g.role::text, g.desk_code::text AS desk
  FROM public.core_heldrole g JOIN public.core_user u ON u.id = g.user_id;

-- Nothing is posted yet, so there is no entry; the ledger will bring its own view of this shape.
CREATE OR REPLACE VIEW qa.ledger_entry AS
SELECT NULL::bigint AS id, NULL::bigint AS journal_id, NULL::text AS effect_key,
       NULL::bigint AS trade_version_id, NULL::text AS account, NULL::text AS currency,
       NULL::numeric AS amount
 WHERE false;

-- Who was given a role, by whom and by which other one; `is_filed`: a right that nobody else approved
-- stands among those that another one looks at. A broken glass does not last, and is looked at, too.
CREATE OR REPLACE VIEW qa.role_grant AS
SELECT g.id,
       u.username::text AS username,
       g.role::text AS role,
       g.desk_code::text AS desk,
       g.granted_by::text AS granted_by,
       g.approved_by::text AS approved_by,
       g.valid_until IS NULL AS is_lasting,
       EXISTS (SELECT FROM public.core_lonegrant l
                WHERE (l.user_id, l.role, l.desk_code) = (g.user_id, g.role, g.desk_code)) AS is_filed
  FROM public.core_rolegrant g JOIN public.core_user u ON u.id = g.user_id;

CREATE OR REPLACE VIEW qa.job AS
SELECT id, kind::text AS kind, state::text AS status, lease_until FROM public.core_job;
