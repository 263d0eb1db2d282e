-- Trades for auditors: one row per accepted message, one per trade.
CREATE OR REPLACE VIEW qa.execution AS
SELECT e.id,
       e.source_system::text AS source,
       e.source_reference::text AS source_ref,
       e.source_version::int AS source_version,
       e.action::text AS action
  FROM public.trades_execution e;

CREATE OR REPLACE VIEW qa.trade AS
SELECT t.id,
       t.source_system::text AS source,
       t.source_reference::text AS source_ref,
       t.desk_code::text AS desk
  FROM public.trades_trade t;
