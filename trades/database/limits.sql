-- The use of limits: each statement that changes trades adds to what the trader's day and the counterparty's
-- settlement day use, for the trades that came through their controls, and gives back what no longer counts.
-- Rows are changed in one order, so that nobody waits for each other.
DO $do$
DECLARE
  counts text := 'state IN (''PENDING_VALIDATION'', ''VALIDATED'')';
  head text := 'LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp';
  used text := 'SELECT kind, code, day, sum(one * coalesce(risk_amount_eur, 0)) AS used,'
               '       sum(CASE WHEN risk_amount_eur IS NULL THEN one ELSE 0 END) AS unvalued FROM (%s) changed'
               ' CROSS JOIN LATERAL (VALUES (''TRADER'', trader_code, trade_date),'
               '   (''COUNTERPARTY'', counterparty_code, coalesce(settlement_date, trade_date)))'
               '   AS of_limit (kind, code, day) WHERE code <> '''' GROUP BY 1, 2, 3';
  columns text := 'state, trader_code, counterparty_code, trade_date, settlement_date, risk_amount_eur';
BEGIN
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.limits_used() RETURNS trigger %s AS $$
    BEGIN
      INSERT INTO public.trades_limituse AS stands (kind, code, day, used_eur, unvalued)
      SELECT * FROM (%s) moved WHERE used <> 0 OR unvalued <> 0 ORDER BY kind, code, day
      ON CONFLICT (kind, code, day) DO UPDATE
        SET used_eur = stands.used_eur + excluded.used_eur,
            unvalued = stands.unvalued + excluded.unvalued;
      RETURN NULL;
    END $$ $f$, head, format(used, format(
      'SELECT 1 AS one, %1$s FROM after_rows WHERE %2$s'
      ' UNION ALL SELECT -1, %1$s FROM before_rows WHERE %2$s', columns, counts)));

  -- What stands, counted anew; nobody may book meanwhile.
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.recount_limits() RETURNS void %s AS $$
    BEGIN
      LOCK TABLE public.trades_trade IN SHARE ROW EXCLUSIVE MODE;
      DELETE FROM public.trades_limituse;
      INSERT INTO public.trades_limituse (kind, code, day, used_eur, unvalued) %s;
    END $$ $f$, head, format(used, format(
      'SELECT 1 AS one, %s FROM public.trades_trade WHERE %s', columns, counts)));

  EXECUTE format($f$
    CREATE OR REPLACE VIEW qa.limit_use AS
    SELECT kind::text AS kind, code::text AS code, day, used_eur AS used, unvalued::bigint AS unvalued
      FROM public.trades_limituse WHERE used_eur <> 0 OR unvalued <> 0 $f$);
  EXECUTE format($f$
    CREATE OR REPLACE VIEW qa.limit_use_of_trades AS
    SELECT kind, code, day, used, unvalued FROM (%s) counted WHERE used <> 0 OR unvalued <> 0 $f$,
    format(used, format('SELECT 1 AS one, %s FROM public.trades_trade WHERE %s', columns, counts)));
END $do$;
REVOKE ALL ON FUNCTION guard.limits_used(), guard.recount_limits() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_limits_used ON public.trades_trade;
CREATE TRIGGER guard_limits_used AFTER UPDATE ON public.trades_trade
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION guard.limits_used();

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM public.trades_limituse) THEN PERFORM guard.recount_limits(); END IF;
END $$;
