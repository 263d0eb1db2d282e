-- Legs are those of their version, and a trade with a product has two. Asked when the transaction
-- ends, whoever wrote and on which way; a trade without a product pays nothing for it.

CREATE OR REPLACE FUNCTION guard.legs_stand(which bigint, version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  terms jsonb;
BEGIN
  SELECT v.terms::jsonb INTO terms FROM public.trades_tradeversion v
   WHERE v.trade_id = which AND v.version_no = version;
  IF EXISTS (
    (SELECT l.number, l.kind, l.currency, l.settlement_date, l.amount, l.quantity
       FROM public.trades_tradeleg l WHERE l.trade_id = which AND l.version_no = version
     EXCEPT
     SELECT s.number, s.kind, s.currency, s.settlement_date, s.amount::numeric(20,4),
            s.quantity::numeric(28,10)
       FROM jsonb_to_recordset(terms -> 'deal' -> 'legs') AS s(number int, kind text,
            currency text, settlement_date date, amount numeric, quantity numeric))
    UNION ALL
    (SELECT s.number, s.kind, s.currency, s.settlement_date, s.amount::numeric(20,4),
            s.quantity::numeric(28,10)
       FROM jsonb_to_recordset(terms -> 'deal' -> 'legs') AS s(number int, kind text,
            currency text, settlement_date date, amount numeric, quantity numeric)
     EXCEPT
     SELECT l.number, l.kind, l.currency, l.settlement_date, l.amount, l.quantity
       FROM public.trades_tradeleg l WHERE l.trade_id = which AND l.version_no = version)) THEN
    RAISE EXCEPTION 'trade %: its legs are not those of version %', which, version
      USING ERRCODE = 'check_violation', CONSTRAINT = 'legs_of_their_version';
  END IF;
END $$;
REVOKE ALL ON FUNCTION guard.legs_stand(bigint, integer) FROM PUBLIC;

CREATE OR REPLACE FUNCTION guard.leg_written() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.trades_tradeversion v
                  WHERE v.trade_id = NEW.trade_id AND v.version_no = NEW.version_no) THEN
    RAISE EXCEPTION 'trade % has no version %', NEW.trade_id, NEW.version_no
      USING ERRCODE = 'check_violation', CONSTRAINT = 'legs_of_a_version';
  END IF;
  PERFORM guard.legs_stand(NEW.trade_id, NEW.version_no);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION guard.leg_written() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_leg ON public.trades_tradeleg;
CREATE CONSTRAINT TRIGGER guard_leg AFTER INSERT ON public.trades_tradeleg
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
EXECUTE FUNCTION guard.leg_written();

CREATE OR REPLACE FUNCTION guard.deal_written() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM public.trades_tradeleg l JOIN public.trades_trade t ON t.id = l.trade_id
       WHERE l.trade_id = NEW.id AND l.version_no = t.version_no) <> 2 THEN
    RAISE EXCEPTION 'trade % has a product, and its version not two legs', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'a_deal_has_two_legs';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION guard.deal_written() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_deal ON public.trades_trade;
CREATE CONSTRAINT TRIGGER guard_deal AFTER INSERT OR UPDATE OF version_no, product
ON public.trades_trade
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.product <> '')
EXECUTE FUNCTION guard.deal_written();
