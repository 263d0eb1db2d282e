-- Trades for auditors: one row per accepted message, one per trade.
-- A column of a view never changes its type: an older one makes room first.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_attribute
                WHERE attrelid = to_regclass('qa.execution') AND attname = 'source_version'
                  AND atttypid = 'integer'::regtype) THEN
        DROP VIEW qa.execution;
    END IF;
END $$;

CREATE OR REPLACE VIEW qa.execution AS
SELECT e.id,
       e.source_system::text AS source,
       e.source_reference::text AS source_ref,
       e.source_version,
       e.action::text AS action
  FROM public.trades_execution e;

CREATE OR REPLACE VIEW qa.trade AS
SELECT t.id,
       t.source_system::text AS source,
       t.source_reference::text AS source_ref,
       t.desk_code::text AS desk
  FROM public.trades_trade t;
