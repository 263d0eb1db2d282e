-- Every function pins its search_path and names its tables whole: a table of the same name in another
-- schema answers nothing here.

-- A decision on a trade is one on the version that stands, by a person who may validate on its desk
-- and neither made nor touched it, whatever the row says of itself: the version and the role grants
-- are asked, not the writer.
CREATE OR REPLACE FUNCTION public.trades_approval_is_true() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    version record;
    behalf text;
BEGIN
    SELECT v.maker, v.contributors, v.fingerprint, t.contributors AS touched,
           t.desk_code, t.risk_amount_eur, t.state = 'VALIDATED' AND t.version_no = v.version_no AS over
      INTO version
      FROM public.trades_tradeversion v JOIN public.trades_trade t ON t.id = v.trade_id
     WHERE v.trade_id = NEW.subject_id AND v.version_no = NEW.version_no;
    IF NOT FOUND OR version.fingerprint <> NEW.fingerprint
       OR NEW.checker = version.maker OR NEW.checker = ANY (version.contributors)
       OR NEW.checker = ANY (version.touched) THEN
        RAISE EXCEPTION 'trade % version %: not a decision of a second person on what stands',
              NEW.subject_id, NEW.version_no
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_of_trade_is_true';
    END IF;
    -- who stands in for another decides on nothing that the other made or touched
    behalf := guard.right_to_decide(NEW.checker, 'VALIDATE_TRADE', version.desk_code,
        version.maker::text || version.contributors::text[] || version.touched::text[]);
    IF behalf IS NULL THEN
        RAISE EXCEPTION '% may not validate trade %', NEW.checker, NEW.subject_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_by_a_validator';
    END IF;
    -- one authority counts once, whoever uses it
    IF NEW.decision = 'APPROVED' AND EXISTS (
        SELECT FROM public.desk_approval a
         WHERE a.subject_kind = 'trade' AND a.subject_id = NEW.subject_id AND a.decision = 'APPROVED'
           AND a.version_no = NEW.version_no
           AND (a.on_behalf_of = NEW.checker OR behalf NOT IN ('', 'broken glass') AND behalf IN (a.checker, a.on_behalf_of))) THEN
        RAISE EXCEPTION 'trade % version % has the approval of % already',
              NEW.subject_id, NEW.version_no, coalesce(nullif(behalf, ''), NEW.checker)
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_of_one_authority_once';
    END IF;
    NEW.on_behalf_of := behalf;
    IF version.over THEN
        RAISE EXCEPTION 'trade % version % is validated already', NEW.subject_id, NEW.version_no
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_of_trade_is_true';
    END IF;
    NEW.is_last := NEW.decision <> 'APPROVED' OR guard.validations_needed(version.risk_amount_eur) <= 1 + (
        SELECT count(DISTINCT a.checker) FROM public.desk_approval a
         WHERE a.subject_kind = 'trade' AND a.subject_id = NEW.subject_id AND a.decision = 'APPROVED'
           AND a.version_no = NEW.version_no AND a.checker <> NEW.checker);
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS approval_of_trade_is_true ON public.desk_approval;
CREATE TRIGGER approval_of_trade_is_true BEFORE INSERT ON public.desk_approval
FOR EACH ROW WHEN (NEW.subject_kind = 'trade') EXECUTE FUNCTION public.trades_approval_is_true();

-- No trade becomes VALIDATED without the last approval of its current version, and as many people as a trade
-- of its amount takes.
CREATE OR REPLACE FUNCTION public.trades_validated_is_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF guard.validations_needed(NEW.risk_amount_eur) > (
        SELECT count(DISTINCT a.checker) FROM public.desk_approval a
         WHERE a.subject_kind = 'trade' AND a.subject_id = NEW.id
           AND a.version_no = NEW.version_no AND a.fingerprint = NEW.fingerprint
           AND a.decision = 'APPROVED'
    ) THEN
        RAISE EXCEPTION 'trade % is not approved', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'trade_validated_is_approved';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS trade_validated_is_approved ON public.trades_trade;
CREATE TRIGGER trade_validated_is_approved
BEFORE UPDATE OF state, version_no, fingerprint ON public.trades_trade
FOR EACH ROW WHEN (NEW.state = 'VALIDATED' AND (OLD.state, OLD.version_no, OLD.fingerprint)
    IS DISTINCT FROM (NEW.state, NEW.version_no, NEW.fingerprint))
EXECUTE FUNCTION public.trades_validated_is_approved();

-- A decision on a cancellation is one on what was asked, by somebody else who may validate there.
CREATE OR REPLACE FUNCTION public.trades_cancellation_is_true() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.trades_cancellationrequest r
         WHERE r.id = NEW.subject_id AND r.state = 'ASKED' AND r.version_no = NEW.version_no
           AND r.fingerprint = NEW.fingerprint AND r.asked_by = NEW.maker
           AND r.asked_by <> NEW.checker
    ) THEN
        RAISE EXCEPTION 'cancellation request %: not a decision of a second person on what was asked',
              NEW.subject_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_of_cancellation_is_true';
    END IF;
    NEW.on_behalf_of := guard.right_to_decide(NEW.checker, 'VALIDATE_TRADE',
        (SELECT t.desk_code FROM public.trades_cancellationrequest r
           JOIN public.trades_trade t ON t.id = r.trade_id WHERE r.id = NEW.subject_id),
        ARRAY[NEW.maker::text]);
    IF NEW.on_behalf_of IS NULL THEN
        RAISE EXCEPTION '% may not decide on cancellation request %', NEW.checker, NEW.subject_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_by_a_validator';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS approval_of_cancellation_is_true ON public.desk_approval;
CREATE TRIGGER approval_of_cancellation_is_true BEFORE INSERT ON public.desk_approval
FOR EACH ROW WHEN (NEW.subject_kind = 'cancellation')
EXECUTE FUNCTION public.trades_cancellation_is_true();

-- Nobody cancels a trade by hand without the approval of exactly that; what a person brings in by file
-- is by hand. Only a feed of the front office cancels by itself, or a counterparty over its own FIX
-- session, and a person is neither: no user name holds a blank.
CREATE OR REPLACE FUNCTION public.trades_cancelled_by_hand_is_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM public.trades_tradeversion v
          JOIN public.trades_execution e ON e.id = v.execution_id
         WHERE v.trade_id = NEW.id AND v.version_no = NEW.version_no AND v.action = 'CANCEL'
           AND e.action = 'CANCEL'
           AND (e.channel IN ('API', 'BULK') OR e.channel = 'FIX' AND e.maker LIKE 'FIX %' AND EXISTS (
               SELECT 1 FROM public.trades_fixsession s WHERE s.source_system = e.source_system))
           AND NOT EXISTS (
               SELECT 1 FROM public.core_user person
                 JOIN public.core_rolegrant held ON held.user_id = person.id
                WHERE person.username = e.maker AND held.role <> 'API_CLIENT')
    ) AND NOT EXISTS (
        SELECT 1 FROM public.trades_cancellationrequest r
          JOIN public.desk_approval a ON a.subject_kind = 'cancellation' AND a.subject_id = r.id
         WHERE r.trade_id = NEW.id AND r.version_no = OLD.version_no
           AND r.fingerprint = OLD.fingerprint AND a.decision = 'APPROVED'
    ) AND NOT EXISTS (  -- a share of an allocation that another one, approved, came in place of
        SELECT 1 FROM public.trades_allocationshare s
          JOIN public.trades_allocation granted ON granted.replaces_id = s.allocation_id
          JOIN public.desk_approval a ON a.subject_kind = 'allocation' AND a.subject_id = granted.id
         WHERE s.trade_id = NEW.id AND a.fingerprint = granted.fingerprint
           AND a.decision = 'APPROVED'
    ) THEN
        RAISE EXCEPTION 'the cancellation of trade % is not approved', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'trade_cancelled_is_approved';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS trade_cancelled_is_approved ON public.trades_trade;
CREATE TRIGGER trade_cancelled_is_approved BEFORE UPDATE OF state, close_reason
ON public.trades_trade
FOR EACH ROW WHEN (NEW.close_reason = 'CANCELLED' AND OLD.close_reason IS DISTINCT FROM 'CANCELLED')
EXECUTE FUNCTION public.trades_cancelled_by_hand_is_approved();

-- A cancellation is asked for by one who may amend the trade at that moment, or by a file that was dropped; it
-- stands as it was asked for, and is granted or refused once, as the decision on it says.
CREATE OR REPLACE FUNCTION public.trades_cancellation_stands() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'ASKED' THEN
            RAISE EXCEPTION 'a cancellation is asked for before it is decided'
                  USING ERRCODE = 'check_violation', CONSTRAINT = 'cancellation_begins_asked';
        END IF;
        IF NEW.asked_by NOT IN ('system', 'drop folder') AND NOT guard.holds_right(NEW.asked_by, 'AMEND_TRADE',
             (SELECT t.desk_code FROM public.trades_trade t WHERE t.id = NEW.trade_id)) THEN
            RAISE EXCEPTION '% may not ask for trade % to be cancelled', NEW.asked_by, NEW.trade_id
                  USING ERRCODE = 'check_violation', CONSTRAINT = 'cancellation_of_one_who_may';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.state <> 'ASKED' OR to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
       OR NEW.state IN ('GRANTED', 'REFUSED') AND NOT EXISTS (
            SELECT FROM public.desk_approval a
             WHERE a.subject_kind = 'cancellation' AND a.subject_id = NEW.id
               AND a.decision = CASE NEW.state WHEN 'GRANTED' THEN 'APPROVED' ELSE 'REFUSED' END) THEN
        RAISE EXCEPTION 'cancellation request % stands as it was asked for and decided', OLD.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'cancellation_stands';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS cancellation_stands ON public.trades_cancellationrequest;
CREATE TRIGGER cancellation_stands BEFORE INSERT OR UPDATE OR DELETE ON public.trades_cancellationrequest
FOR EACH ROW EXECUTE FUNCTION public.trades_cancellation_stands();
