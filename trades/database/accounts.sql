-- The use of our accounts: each statement that changes trades adds to what an account delivers and receives of a
-- security or a currency on a day, for the trades that came through their controls, and gives back what no longer
-- counts. Of a repo or loan only the leg that goes out first and comes back counts: what is given back is not ours.
-- Rows are changed in one order, so that nobody waits for each other.
DO $do$
DECLARE
  counts text := '(state IN (''PENDING_VALIDATION'', ''VALIDATED'') OR close_reason = ''SETTLED'') AND account_code <> ''''';
  head text := 'LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp';
  columns text := 'id, version_no, state, close_reason, account_code, product, product_class, isin, currency, side,'
                  ' quantity, net_amount, settlement_date';
  legs text := 'public.trades_tradeleg l WHERE l.trade_id = changed.id AND l.version_no = changed.version_no AND ';
  used text := 'SELECT account_code, what, day, sum(one * greatest(-delta, 0)) AS outgoing,'
    '       sum(CASE WHEN state = ''PENDING_VALIDATION'' THEN 0 ELSE one * greatest(delta, 0) END) AS incoming'
    '  FROM (%s) changed CROSS JOIN LATERAL ('
    '    SELECT isin, settlement_date, CASE side WHEN ''SELL'' THEN -quantity ELSE quantity END'
    '     WHERE product_class IN (''EQUITY'', ''BOND'', ''ETF'', ''FUND'')'
    '    UNION ALL SELECT currency, settlement_date, CASE side WHEN ''SELL'' THEN net_amount ELSE -net_amount END'
    '     WHERE product = '''''
    '    UNION ALL SELECT isin, l.settlement_date, l.quantity FROM ' || legs ||
    '      product IN (''REPO'', ''LENDING'') AND side = ''SELL'''
    '    UNION ALL SELECT l.currency, l.settlement_date, l.amount FROM ' || legs ||
    '      (product = ''FX'' OR product IN (''REPO'', ''LENDING'') AND side = ''BUY'')'
    '  ) moved (what, day, delta) WHERE what <> '''' AND day IS NOT NULL AND delta <> 0 GROUP BY 1, 2, 3';
BEGIN
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.accounts_used() RETURNS trigger %s AS $$
    BEGIN
      INSERT INTO public.trades_accountuse AS stands (account_code, what, day, outgoing, incoming)
      SELECT * FROM (%s) moved WHERE outgoing <> 0 OR incoming <> 0 ORDER BY account_code, what, day
      ON CONFLICT (account_code, what, day) DO UPDATE
        SET outgoing = stands.outgoing + excluded.outgoing,
            incoming = stands.incoming + excluded.incoming;
      RETURN NULL;
    END $$ $f$, head, format(used, format(
      'SELECT 1 AS one, %1$s FROM after_rows WHERE %2$s'
      ' UNION ALL SELECT -1, %1$s FROM before_rows WHERE %2$s', columns, counts)));

  -- What stands, counted anew; nobody may book meanwhile.
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.recount_accounts() RETURNS void %s AS $$
    BEGIN
      LOCK TABLE public.trades_trade IN SHARE ROW EXCLUSIVE MODE;
      DELETE FROM public.trades_accountuse;
      INSERT INTO public.trades_accountuse (account_code, what, day, outgoing, incoming) %s;
    END $$ $f$, head, format(used, format(
      'SELECT 1 AS one, %s FROM public.trades_trade WHERE %s', columns, counts)));

  EXECUTE format($f$
    CREATE OR REPLACE VIEW qa.account_use AS
    SELECT account_code::text AS account_code, what::text AS what, day, outgoing, incoming
      FROM public.trades_accountuse WHERE outgoing <> 0 OR incoming <> 0 $f$);
  EXECUTE format($f$
    CREATE OR REPLACE VIEW qa.account_use_of_trades AS
    SELECT account_code::text AS account_code, what::text AS what, day, outgoing, incoming
      FROM (%s) counted WHERE outgoing <> 0 OR incoming <> 0 $f$,
    format(used, format('SELECT 1 AS one, %s FROM public.trades_trade WHERE %s', columns, counts)));
END $do$;
REVOKE ALL ON FUNCTION guard.accounts_used(), guard.recount_accounts() FROM PUBLIC;

-- Before the trigger is there for the first time, what stands is counted.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'guard_accounts_used') THEN
    PERFORM guard.recount_accounts();
  END IF;
END $$;

DROP TRIGGER IF EXISTS guard_accounts_used ON public.trades_trade;
CREATE TRIGGER guard_accounts_used AFTER UPDATE ON public.trades_trade
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION guard.accounts_used();
