-- Reporting: what may be reported, and what may never be rewritten; views for auditors.

-- A report points at the approval of exactly its version: nothing unvalidated is reported.
CREATE OR REPLACE FUNCTION guard.report_of_approved_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.trades_tradeversion v
     WHERE v.trade_id = NEW.trade_id AND v.version_no = NEW.version_no) THEN
    RAISE EXCEPTION 'report names version % of trade %, which is not there', NEW.version_no, NEW.trade_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_of_its_version';
  END IF;
  IF NEW.approval_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM public.desk_approval a
     WHERE a.id = NEW.approval_id AND a.decision = 'APPROVED' AND a.is_last AND a.subject_kind = 'trade'
       AND a.subject_id = NEW.trade_id AND a.version_no = NEW.version_no) THEN
    RAISE EXCEPTION 'version % of trade % is not validated', NEW.version_no, NEW.trade_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'report_of_validated_version';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_report_of_approved_version ON public.reporting_regulatoryreport;
CREATE TRIGGER guard_report_of_approved_version
  BEFORE INSERT OR UPDATE OF trade_id, version_no, approval_id
  ON public.reporting_regulatoryreport
  FOR EACH ROW EXECUTE FUNCTION guard.report_of_approved_version();

-- A report file is never rewritten, renumbered or removed; only its life goes on.
CREATE OR REPLACE FUNCTION guard.report_file_is_final() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.stream, NEW.seq, NEW.day, NEW.name, NEW.message_id, NEW.file_id,
      NEW.sha256, NEW.new_count, NEW.cancel_count, NEW.generated_by, NEW.generated_at)
    IS DISTINCT FROM (OLD.stream, OLD.seq, OLD.day, OLD.name, OLD.message_id, OLD.file_id,
      OLD.sha256, OLD.new_count, OLD.cancel_count, OLD.generated_by, OLD.generated_at) THEN
    RAISE EXCEPTION 'report file % is never rewritten', OLD.name
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS guard_report_file_is_final ON public.reporting_reportfile;
CREATE TRIGGER guard_report_file_is_final
  BEFORE UPDATE OR DELETE ON public.reporting_reportfile
  FOR EACH ROW EXECUTE FUNCTION guard.report_file_is_final();

-- One row per reported version: first reports only, numbered without a gap.
CREATE OR REPLACE VIEW qa.report_item AS
SELECT i.id, i.stream::text, i.seq, v.execution_id AS trade_version_id
  FROM public.reporting_reportitem i
  JOIN public.reporting_regulatoryreport r ON r.id = i.report_id
  JOIN public.trades_tradeversion v ON v.trade_id = r.trade_id AND v.version_no = r.version_no
 WHERE i.action = 'NEWT' AND i.attempt = 1;

-- Everything that was ever sent: cancellations and repeated reports too.
CREATE OR REPLACE VIEW qa.report_message AS
SELECT i.id, i.stream::text, i.seq, i.action::text, i.attempt, i.file_id, i.position,
       v.execution_id AS trade_version_id, r.transaction_id::text
  FROM public.reporting_reportitem i
  JOIN public.reporting_regulatoryreport r ON r.id = i.report_id
  JOIN public.trades_tradeversion v ON v.trade_id = r.trade_id AND v.version_no = r.version_no;

-- The decision of every version that was looked at, with its reason, also when it is no.
CREATE OR REPLACE VIEW qa.report_decision AS
SELECT r.id, r.regime::text, v.execution_id AS trade_version_id, r.eligibility::text,
       r.reason::text, r.state::text, r.decided_at
  FROM public.reporting_regulatoryreport r
  JOIN public.trades_tradeversion v ON v.trade_id = r.trade_id AND v.version_no = r.version_no;
