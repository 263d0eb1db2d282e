-- What an auditor counts of confirmations: their lives, what was told by the other side, who decided what.
CREATE OR REPLACE VIEW qa.confirmation AS
SELECT c.id,
       c.trade_id,
       c.version_no,
       p.code::text AS counterparty,
       c.state::text AS status,
       c.end_reason::text AS end_reason,
       c.received_id,
       c.basis::text AS basis,
       c.differs::text[] AS differs,
       c.quantity, c.price, c.amount, c.currency::text AS currency,
       c.trade_date,
       c.created_at, c.sent_at, c.matched_at
  FROM public.settlement_confirmation c
  JOIN public.refdata_party p ON p.id = c.party_id;

CREATE OR REPLACE VIEW qa.confirmation_received AS
SELECT r.id,
       p.code::text AS counterparty,
       r.reference::text AS reference,
       r.version,
       r.function::text AS function,
       r.door::text AS door,
       r.content_hash::text AS content_hash,
       r.received_by::text AS received_by,
       r.received_at
  FROM public.settlement_receivedconfirmation r
  JOIN public.refdata_party p ON p.id = r.party_id;

CREATE OR REPLACE VIEW qa.confirmation_decision AS
SELECT d.id, d.confirmation_id, d.received_id, d.deed::text AS deed, d.basis::text AS basis,
       d.actor::text AS actor, d.at, d.reason::text AS reason
  FROM public.settlement_confirmationdecision d;

CREATE OR REPLACE VIEW qa.chaser AS
SELECT c.id, p.code::text AS counterparty, c.language::text AS language,
       c.recipient::text AS recipient, c.confirmation_ids, c.created_by::text AS created_by,
       c.created_at
  FROM public.settlement_chaser c
  JOIN public.refdata_party p ON p.id = c.party_id;
