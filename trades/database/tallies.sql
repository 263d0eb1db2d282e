-- Tallies: each statement that makes or changes trades adds, for those that are alike, how many there
-- are more or less and by how much. Whoever adds the rows up has the totals of what he sees, however
-- much of it was folded.
DO $do$
DECLARE
  alike text := 'trade_date, desk_code, state, close_reason, side, product_class, currency,'
                ' is_amended, is_by_hand';
  of_trade text := 'trade_date, desk_code, state, close_reason, side, product_class, currency,'
                   ' version_no > 1, touched_by_hand_at IS NOT NULL';
  tally text := format('INSERT INTO public.trades_tally (%s, trades, net_amount, risk_amount_eur,'
                       ' is_folded) SELECT', alike);
  each text := 'GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9';
  head text := 'LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp';
BEGIN
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.tally_new() RETURNS trigger %s AS $$
    BEGIN
      %s %s, count(*), sum(net_amount), coalesce(sum(risk_amount_eur), 0), false
        FROM after_rows %s;
      RETURN NULL;
    END $$ $f$, head, tally, of_trade, each);

  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.tally_changed() RETURNS trigger %s AS $$
    BEGIN
      %s %s, sum(one), sum(one * net_amount), coalesce(sum(one * risk_amount_eur), 0), false
        FROM (SELECT 1 AS one, a.* FROM after_rows a
              UNION ALL SELECT -1, b.* FROM before_rows b) changed %s
      HAVING sum(one) <> 0 OR sum(one * net_amount) <> 0 OR sum(one * risk_amount_eur) <> 0;
      RETURN NULL;
    END $$ $f$, head, tally, of_trade, each);

  -- One row of all that are alike, on the days that changed; by one at a time, and nobody waits.
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION public.fold_tallies() RETURNS bigint %s AS $$
    DECLARE
      count_folded bigint;
    BEGIN
      IF NOT pg_try_advisory_xact_lock(hashtextextended('trades_tally', 0)) THEN RETURN 0; END IF;
      WITH fresh AS (DELETE FROM public.trades_tally WHERE NOT is_folded RETURNING *),
      standing AS (
        DELETE FROM public.trades_tally
         WHERE is_folded AND trade_date IN (SELECT trade_date FROM fresh) RETURNING *),
      folded AS (
        %s %s, sum(trades), sum(net_amount), sum(risk_amount_eur), true
          FROM (SELECT * FROM fresh UNION ALL SELECT * FROM standing) both_of_them %s
        HAVING sum(trades) <> 0 OR sum(net_amount) <> 0 OR sum(risk_amount_eur) <> 0)
      SELECT count(*) INTO count_folded FROM fresh;
      RETURN count_folded;
    END $$ $f$, head, tally, alike, each);

  -- What stands, counted anew; nobody may book meanwhile.
  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION guard.recount_tallies() RETURNS void %s AS $$
    BEGIN
      LOCK TABLE public.trades_trade IN SHARE ROW EXCLUSIVE MODE;
      DELETE FROM public.trades_tally;
      %s %s, count(*), sum(net_amount), coalesce(sum(risk_amount_eur), 0), true
        FROM public.trades_trade %s;
    END $$ $f$, head, tally, of_trade, each);
END $do$;
REVOKE ALL ON FUNCTION guard.tally_new(), guard.tally_changed(), guard.recount_tallies() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_tally_new ON public.trades_trade;
CREATE TRIGGER guard_tally_new AFTER INSERT ON public.trades_trade
  REFERENCING NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION guard.tally_new();
DROP TRIGGER IF EXISTS guard_tally_changed ON public.trades_trade;
CREATE TRIGGER guard_tally_changed AFTER UPDATE ON public.trades_trade
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION guard.tally_changed();

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM public.trades_tally) THEN PERFORM guard.recount_tallies(); END IF;
END $$;

-- What the tallies say, and what they must say.
DO $do$
DECLARE
  alike text := 'SELECT trade_date AS day, desk_code::text AS desk, state::text AS status,'
                ' currency::text AS currency,';
BEGIN
  EXECUTE format($f$
    CREATE OR REPLACE VIEW qa.tally AS
    %s sum(trades) AS trades, sum(net_amount) AS net_amount, sum(risk_amount_eur) AS risk_eur
      FROM public.trades_tally GROUP BY 1, 2, 3, 4 $f$, alike);
  EXECUTE format($f$
    CREATE OR REPLACE VIEW qa.tally_of_trades AS
    %s count(*)::numeric AS trades, sum(net_amount) AS net_amount,
       coalesce(sum(risk_amount_eur), 0) AS risk_eur
      FROM public.trades_trade GROUP BY 1, 2, 3, 4 $f$, alike);
END $do$;
