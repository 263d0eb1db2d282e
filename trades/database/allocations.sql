-- Blocks and their allocations: shares add up to their block, are booked as they say, and nobody
-- shares out alone. All of it is asked when the transaction ends, whoever wrote and on which way.

CREATE OR REPLACE FUNCTION guard.allocation_adds_up(which bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  allocation record;
  block record;
  shared record;
BEGIN
  SELECT * INTO allocation FROM public.trades_allocation a WHERE a.id = which;
  IF EXISTS (SELECT FROM public.trades_allocationmember m
              WHERE m.allocation_id = which AND m.state <> allocation.state) THEN
    RAISE EXCEPTION 'the trades of allocation % are not where it is', which
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_of_its_members';
  END IF;
  IF allocation.state NOT IN ('PROPOSED', 'IN_FORCE') THEN RETURN; END IF;
  SELECT sum(v.quantity) AS quantity, sum(v.gross_amount) AS gross_amount,
         sum(v.accrued_interest) AS accrued_interest, sum(v.fees) AS fees,
         sum(v.net_amount) AS net_amount
    INTO block
    FROM public.trades_allocationmember m
    JOIN public.trades_tradeversion v ON v.trade_id = m.trade_id AND v.version_no = m.version_no
   WHERE m.allocation_id = which;
  SELECT sum(s.quantity) AS quantity, sum(s.gross_amount) AS gross_amount,
         sum(s.accrued_interest) AS accrued_interest, sum(s.fees) AS fees,
         sum(s.net_amount) AS net_amount
    INTO shared
    FROM public.trades_allocationshare s WHERE s.allocation_id = which;
  -- a proposal without shares undoes the allocation that it replaces
  IF allocation.state = 'PROPOSED' AND allocation.replaces_id IS NOT NULL
     AND shared.quantity IS NULL THEN RETURN; END IF;
  IF block.quantity IS NULL OR block IS DISTINCT FROM shared THEN
    RAISE EXCEPTION 'allocation %: shares of % for a block of %', which, shared, block
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_adds_up';
  END IF;
  IF (SELECT count(DISTINCT (v.isin, v.side, v.currency, v.trade_date))
        FROM public.trades_allocationmember m
        JOIN public.trades_tradeversion v ON v.trade_id = m.trade_id AND v.version_no = m.version_no
       WHERE m.allocation_id = which) <> 1 THEN
    RAISE EXCEPTION 'the trades of allocation % are not alike', which
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_of_like_trades';
  END IF;
  IF allocation.state = 'IN_FORCE' THEN PERFORM guard.allocation_is_booked(which); END IF;
END $$;

CREATE OR REPLACE FUNCTION guard.allocation_is_booked(which bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM public.trades_allocationmember m
      JOIN public.trades_trade t ON t.id = m.trade_id
     WHERE m.allocation_id = which
       AND (t.close_reason <> 'ALLOCATED' OR t.version_no <> m.version_no)) THEN
    RAISE EXCEPTION 'allocation % leaves a trade of its block open', which
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_closes_its_block';
  END IF;
  IF EXISTS (
    SELECT FROM public.trades_allocationshare s
      JOIN public.trades_allocationmember m ON m.allocation_id = s.allocation_id
      JOIN public.trades_tradeversion v ON v.trade_id = m.trade_id AND v.version_no = m.version_no
      LEFT JOIN public.trades_trade t ON t.id = s.trade_id
     WHERE s.allocation_id = which
       AND ((t.quantity, t.gross_amount, t.accrued_interest, t.fees, t.net_amount, t.account_code,
             t.isin, t.side, t.currency, t.desk_code)
            IS DISTINCT FROM
            (s.quantity, s.gross_amount, s.accrued_interest, s.fees, s.net_amount, s.account_code,
             v.isin, v.side, v.currency,
             (SELECT b.desk_code FROM public.trades_trade b WHERE b.id = m.trade_id))
            OR t.close_reason = 'CANCELLED')) THEN
    RAISE EXCEPTION 'a share of allocation % is not booked as it says', which
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_is_booked';
  END IF;
END $$;
REVOKE ALL ON FUNCTION guard.allocation_adds_up(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION guard.allocation_is_booked(bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION guard.allocation_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM guard.allocation_adds_up(
    CASE TG_TABLE_NAME WHEN 'trades_allocation' THEN (to_jsonb(NEW) ->> 'id')::bigint
                       ELSE (to_jsonb(NEW) ->> 'allocation_id')::bigint END);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION guard.allocation_changed() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_allocation ON public.trades_allocation;
CREATE CONSTRAINT TRIGGER guard_allocation AFTER INSERT OR UPDATE ON public.trades_allocation
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard.allocation_changed();
DROP TRIGGER IF EXISTS guard_allocation ON public.trades_allocationmember;
CREATE CONSTRAINT TRIGGER guard_allocation AFTER INSERT OR UPDATE ON public.trades_allocationmember
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard.allocation_changed();
DROP TRIGGER IF EXISTS guard_allocation ON public.trades_allocationshare;
CREATE CONSTRAINT TRIGGER guard_allocation AFTER INSERT OR UPDATE ON public.trades_allocationshare
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard.allocation_changed();

-- A trade of a block, or one that a share was booked as, changes only together with its allocation;
-- and none is over as allocated without one.
CREATE OR REPLACE FUNCTION guard.allocated_trade_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM guard.allocation_adds_up(found.allocation_id)
     FROM (SELECT m.allocation_id FROM public.trades_allocationmember m
            WHERE m.trade_id = NEW.id AND m.state = 'IN_FORCE'
            UNION
           SELECT s.allocation_id FROM public.trades_allocationshare s WHERE s.trade_id = NEW.id
          ) found;
  IF (SELECT t.close_reason FROM public.trades_trade t WHERE t.id = NEW.id) = 'ALLOCATED'
     AND NOT EXISTS (SELECT FROM public.trades_allocationmember m
                      WHERE m.trade_id = NEW.id AND m.state = 'IN_FORCE') THEN
    RAISE EXCEPTION 'trade % is over as allocated, and no allocation is in force', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocated_by_an_allocation';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION guard.allocated_trade_changed() FROM PUBLIC;

DROP TRIGGER IF EXISTS guard_allocated_trade ON public.trades_trade;
CREATE CONSTRAINT TRIGGER guard_allocated_trade
AFTER UPDATE OF quantity, gross_amount, accrued_interest, fees, net_amount, account_code, isin, side,
  currency, desk_code, version_no, close_reason ON public.trades_trade
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD.quantity, OLD.gross_amount, OLD.accrued_interest, OLD.fees, OLD.net_amount,
       OLD.account_code, OLD.isin, OLD.side, OLD.currency, OLD.desk_code, OLD.version_no,
       OLD.close_reason)
  IS DISTINCT FROM
      (NEW.quantity, NEW.gross_amount, NEW.accrued_interest, NEW.fees, NEW.net_amount,
       NEW.account_code, NEW.isin, NEW.side, NEW.currency, NEW.desk_code, NEW.version_no,
       NEW.close_reason))
EXECUTE FUNCTION guard.allocated_trade_changed();

-- A decision on an allocation is one on what was proposed, by somebody else who may validate there.
CREATE OR REPLACE FUNCTION guard.allocation_decision_is_true() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  behalf text;
  place text;
BEGIN
  NEW.on_behalf_of := '';
  IF NOT EXISTS (
    SELECT FROM public.trades_allocation a
     WHERE a.id = NEW.subject_id AND a.state = 'PROPOSED' AND a.fingerprint = NEW.fingerprint
       AND a.proposed_by = NEW.maker AND a.proposed_by <> NEW.checker) THEN
    RAISE EXCEPTION 'allocation %: not a decision of a second person on what was proposed',
          NEW.subject_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_of_allocation_is_true';
  END IF;
  FOR place IN
    SELECT DISTINCT t.desk_code FROM public.trades_allocationmember m
      JOIN public.trades_trade t ON t.id = m.trade_id WHERE m.allocation_id = NEW.subject_id
  LOOP
    behalf := guard.right_to_decide(NEW.checker, 'VALIDATE_TRADE', place, ARRAY[NEW.maker::text]);
    IF behalf IS NULL THEN
      RAISE EXCEPTION '% may not decide on allocation %', NEW.checker, NEW.subject_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_by_a_validator';
    END IF;
    NEW.on_behalf_of := greatest(NEW.on_behalf_of, behalf);
  END LOOP;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION guard.allocation_decision_is_true() FROM PUBLIC;

DROP TRIGGER IF EXISTS approval_of_allocation_is_true ON public.desk_approval;
CREATE TRIGGER approval_of_allocation_is_true BEFORE INSERT ON public.desk_approval
FOR EACH ROW WHEN (NEW.subject_kind = 'allocation')
EXECUTE FUNCTION guard.allocation_decision_is_true();

-- What takes effect, and what ends an allocation, was approved.
CREATE OR REPLACE FUNCTION guard.allocation_is_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.trades_allocation granted JOIN public.desk_approval a
        ON a.subject_kind = 'allocation' AND a.subject_id = granted.id
       AND a.fingerprint = granted.fingerprint AND a.decision = 'APPROVED'
     WHERE CASE OLD.state WHEN 'IN_FORCE' THEN granted.replaces_id ELSE granted.id END = NEW.id) THEN
    RAISE EXCEPTION 'allocation %: % is not approved', NEW.id, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_is_approved';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION guard.allocation_is_approved() FROM PUBLIC;

DROP TRIGGER IF EXISTS allocation_is_approved ON public.trades_allocation;
CREATE TRIGGER allocation_is_approved BEFORE UPDATE OF state ON public.trades_allocation
FOR EACH ROW WHEN (NEW.state IN ('IN_FORCE', 'ENDED') AND OLD.state IS DISTINCT FROM NEW.state)
EXECUTE FUNCTION guard.allocation_is_approved();

-- A rule of allocation is proposed by one and put in force by another.
DROP TRIGGER IF EXISTS guard_two_people ON public.trades_allocationrule;
CREATE TRIGGER guard_two_people BEFORE INSERT OR UPDATE OR DELETE ON public.trades_allocationrule
  FOR EACH ROW EXECUTE FUNCTION guard.setting_by_two('PROPOSED', 'EDIT_REFDATA', 'APPROVE_REFDATA', '{}');
