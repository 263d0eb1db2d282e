-- A decision on a trade is one on the version that stands, by nobody who made or touched it,
-- whatever the row says of itself: the version is asked, not the writer.
CREATE OR REPLACE FUNCTION trades_approval_is_true() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    version record;
BEGIN
    SELECT v.maker, v.contributors, v.fingerprint, t.contributors AS touched
      INTO version
      FROM trades_tradeversion v JOIN trades_trade t ON t.id = v.trade_id
     WHERE v.trade_id = NEW.subject_id AND v.version_no = NEW.version_no;
    IF NOT FOUND OR version.fingerprint <> NEW.fingerprint
       OR NEW.checker = version.maker OR NEW.checker = ANY (version.contributors)
       OR NEW.checker = ANY (version.touched) THEN
        RAISE EXCEPTION 'trade % version %: not a decision of a second person on what stands',
              NEW.subject_id, NEW.version_no
              USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_of_trade_is_true';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS approval_of_trade_is_true ON desk_approval;
CREATE TRIGGER approval_of_trade_is_true BEFORE INSERT ON desk_approval
FOR EACH ROW WHEN (NEW.subject_kind = 'trade') EXECUTE FUNCTION trades_approval_is_true();

-- No trade becomes VALIDATED without the approval of its current version.
CREATE OR REPLACE FUNCTION trades_validated_is_approved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM desk_approval a
         WHERE a.subject_kind = 'trade' AND a.subject_id = NEW.id
           AND a.version_no = NEW.version_no AND a.fingerprint = NEW.fingerprint
           AND a.decision = 'APPROVED'
    ) THEN
        RAISE EXCEPTION 'trade % is not approved', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'trade_validated_is_approved';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS trade_validated_is_approved ON trades_trade;
CREATE TRIGGER trade_validated_is_approved BEFORE UPDATE OF state ON trades_trade
FOR EACH ROW WHEN (NEW.state = 'VALIDATED' AND OLD.state IS DISTINCT FROM 'VALIDATED')
EXECUTE FUNCTION trades_validated_is_approved();
