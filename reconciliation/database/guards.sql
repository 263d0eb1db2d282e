-- A run saves hundreds of thousands of rows in one statement: what a foreign key would check row by
-- row is checked here once per statement.
CREATE OR REPLACE FUNCTION public.reconciliation_groups_have_runs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM saved s
                WHERE s.run_id IS NOT NULL AND NOT EXISTS (
                      SELECT 1 FROM public.reconciliation_reconciliationrun r WHERE r.id = s.run_id)) THEN
        RAISE EXCEPTION 'a match group names a run that does not exist'
              USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'matchgroup_run_exists';
    END IF;
    RETURN NULL;
END $$;

-- The groups of one statement lie together: their range of numbers is hashed, never looked up singly.
CREATE OR REPLACE FUNCTION public.reconciliation_allocations_have_groups() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off AS $$
DECLARE
    lowest bigint;
    highest bigint;
BEGIN
    SELECT min(group_id), max(group_id) INTO lowest, highest FROM saved;
    IF EXISTS (SELECT FROM saved s
                 LEFT JOIN (SELECT id FROM public.reconciliation_matchgroup
                             WHERE id BETWEEN lowest AND highest) g ON g.id = s.group_id
                WHERE g.id IS NULL) THEN
        RAISE EXCEPTION 'an allocation names a match group that does not exist'
              USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'allocation_group_exists';
    END IF;
    RETURN NULL;
END $$;

-- Unique indexes keep two live groups from claiming an item; here no group uses what it did not claim.
CREATE OR REPLACE FUNCTION public.reconciliation_allocations_are_claimed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (EXISTS (SELECT FROM public.reconciliation_matchallocation c
                     WHERE c.group_id = NEW.group_id AND c.trade_id = NEW.trade_id
                       AND c.claims_trade AND c.state = NEW.state)
            AND EXISTS (SELECT FROM public.reconciliation_matchallocation c
                         WHERE c.group_id = NEW.group_id AND c.line_id = NEW.line_id
                           AND c.claims_line AND c.state = NEW.state)) THEN
        RAISE EXCEPTION 'a match group allocates an item that it does not claim'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_is_claimed';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION public.reconciliation_allocations_move_together() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.reconciliation_matchallocation
                WHERE group_id IN (SELECT group_id FROM moved)
                GROUP BY group_id HAVING min(state) <> max(state)) THEN
        RAISE EXCEPTION 'the allocations of a match group have one state'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'allocations_move_together';
    END IF;
    RETURN NULL;
END $$;

-- Matches are undone, never deleted, and an allocation keeps its group, items and amount.
CREATE OR REPLACE FUNCTION public.reconciliation_matches_stay() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'matches are undone, never deleted or rewritten'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'match_stays';
END $$;

DROP TRIGGER IF EXISTS matchgroup_run_exists ON public.reconciliation_matchgroup;
CREATE TRIGGER matchgroup_run_exists AFTER INSERT ON public.reconciliation_matchgroup
REFERENCING NEW TABLE AS saved FOR EACH STATEMENT
EXECUTE FUNCTION public.reconciliation_groups_have_runs();

DROP TRIGGER IF EXISTS allocation_group_exists ON public.reconciliation_matchallocation;
CREATE TRIGGER allocation_group_exists AFTER INSERT ON public.reconciliation_matchallocation
REFERENCING NEW TABLE AS saved FOR EACH STATEMENT
EXECUTE FUNCTION public.reconciliation_allocations_have_groups();

DROP TRIGGER IF EXISTS allocation_is_claimed ON public.reconciliation_matchallocation;
CREATE TRIGGER allocation_is_claimed AFTER INSERT ON public.reconciliation_matchallocation
FOR EACH ROW WHEN (NOT (NEW.claims_trade AND NEW.claims_line))
EXECUTE FUNCTION public.reconciliation_allocations_are_claimed();

DROP TRIGGER IF EXISTS allocations_move_together ON public.reconciliation_matchallocation;
CREATE TRIGGER allocations_move_together AFTER UPDATE ON public.reconciliation_matchallocation
REFERENCING NEW TABLE AS moved FOR EACH STATEMENT
EXECUTE FUNCTION public.reconciliation_allocations_move_together();

DROP TRIGGER IF EXISTS matchgroup_stays ON public.reconciliation_matchgroup;
CREATE TRIGGER matchgroup_stays BEFORE DELETE ON public.reconciliation_matchgroup
FOR EACH STATEMENT EXECUTE FUNCTION public.reconciliation_matches_stay();

DROP TRIGGER IF EXISTS allocation_stays ON public.reconciliation_matchallocation;
CREATE TRIGGER allocation_stays BEFORE DELETE ON public.reconciliation_matchallocation
FOR EACH STATEMENT EXECUTE FUNCTION public.reconciliation_matches_stay();

DROP TRIGGER IF EXISTS allocation_is_kept ON public.reconciliation_matchallocation;
CREATE TRIGGER allocation_is_kept BEFORE UPDATE ON public.reconciliation_matchallocation
FOR EACH ROW WHEN ((OLD.group_id, OLD.kind, OLD.trade_id, OLD.line_id, OLD.amount,
                    OLD.claims_trade, OLD.claims_line)
    IS DISTINCT FROM (NEW.group_id, NEW.kind, NEW.trade_id, NEW.line_id, NEW.amount,
                      NEW.claims_trade, NEW.claims_line))
EXECUTE FUNCTION public.reconciliation_matches_stay();

-- A line that its statement lacked may be found in a later one; what was found stays.
CREATE OR REPLACE FUNCTION public.reconciliation_replacements_stay() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.by_id IS NULL AND NEW.by_id IS NOT NULL
           AND NEW.id = OLD.id AND NEW.line_id = OLD.line_id THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a replacement is never taken back or rewritten'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'replacement_stays';
END $$;

DROP TRIGGER IF EXISTS replacement_stays ON public.reconciliation_replacement;
CREATE TRIGGER replacement_stays BEFORE UPDATE OR DELETE ON public.reconciliation_replacement
FOR EACH ROW EXECUTE FUNCTION public.reconciliation_replacements_stay();
