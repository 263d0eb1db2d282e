-- A run saves hundreds of thousands of rows in one statement: what a foreign key would check row by
-- row is checked here once per statement, and so is that each group conserves value.
CREATE OR REPLACE FUNCTION reconciliation_groups_have_runs() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM saved s
                WHERE s.run_id IS NOT NULL AND NOT EXISTS (
                      SELECT 1 FROM reconciliation_reconciliationrun r WHERE r.id = s.run_id)) THEN
        RAISE EXCEPTION 'a match group names a run that does not exist'
              USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'matchgroup_run_exists';
    END IF;
    RETURN NULL;
END $$;

-- An amount that stands on both sides of its group cancels out, so that only what is left is added
-- up. The groups of one statement lie together: their range of numbers is hashed, never looked up
-- singly.
CREATE OR REPLACE FUNCTION reconciliation_allocations_conserve() RETURNS trigger
LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    lowest bigint;
    highest bigint;
BEGIN
    SELECT min(group_id), max(group_id) INTO lowest, highest FROM saved;
    IF EXISTS (WITH amounts AS MATERIALIZED (
                  SELECT group_id, currency, amount,
                         sum(CASE side WHEN 'OURS' THEN 1 ELSE -1 END) AS times
                    FROM saved GROUP BY group_id, currency, amount)
               SELECT FROM amounts WHERE times <> 0
                GROUP BY group_id, currency HAVING sum(times * amount) <> 0
               UNION ALL
               SELECT FROM amounts a
                 LEFT JOIN (SELECT id, currency FROM reconciliation_matchgroup
                             WHERE id BETWEEN lowest AND highest) g
                        ON g.id = a.group_id AND g.currency = a.currency
                WHERE g.id IS NULL) THEN
        RAISE EXCEPTION 'a match group lacks, or its sides do not carry the same sum in its currency'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_conserves_value';
    END IF;
    RETURN NULL;
END $$;

-- Matches are undone, never deleted, and an allocation keeps its group, item and amount.
CREATE OR REPLACE FUNCTION reconciliation_matches_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'matches are undone, never deleted or rewritten'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'match_stays';
END $$;

DROP TRIGGER IF EXISTS matchgroup_run_exists ON reconciliation_matchgroup;
CREATE TRIGGER matchgroup_run_exists AFTER INSERT ON reconciliation_matchgroup
REFERENCING NEW TABLE AS saved FOR EACH STATEMENT
EXECUTE FUNCTION reconciliation_groups_have_runs();

DROP TRIGGER IF EXISTS allocation_conserves ON reconciliation_matchallocation;
CREATE TRIGGER allocation_conserves AFTER INSERT ON reconciliation_matchallocation
REFERENCING NEW TABLE AS saved FOR EACH STATEMENT
EXECUTE FUNCTION reconciliation_allocations_conserve();

DROP TRIGGER IF EXISTS matchgroup_stays ON reconciliation_matchgroup;
CREATE TRIGGER matchgroup_stays BEFORE DELETE ON reconciliation_matchgroup
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_matches_stay();

DROP TRIGGER IF EXISTS allocation_stays ON reconciliation_matchallocation;
CREATE TRIGGER allocation_stays BEFORE DELETE ON reconciliation_matchallocation
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_matches_stay();

DROP TRIGGER IF EXISTS allocation_is_kept ON reconciliation_matchallocation;
CREATE TRIGGER allocation_is_kept BEFORE UPDATE ON reconciliation_matchallocation
FOR EACH ROW WHEN ((OLD.group_id, OLD.side, OLD.item_id, OLD.amount, OLD.currency)
    IS DISTINCT FROM (NEW.group_id, NEW.side, NEW.item_id, NEW.amount, NEW.currency))
EXECUTE FUNCTION reconciliation_matches_stay();
