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
