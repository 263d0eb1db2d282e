from django.db import migrations

ACT = (
    "SELECT set_config('denouement.actor', 'system', true),"
    " set_config('denouement.reason', 'exceptions know the business day of their trade', true)"
)
#: What is over needs no day: only what waits is counted by it.
DAYS = """
UPDATE desk_controlexception held SET day = t.trade_date
  FROM trades_trade t
 WHERE held.subject_kind = 'trade' AND held.subject_id = t.id AND held.state IN ('OPEN', 'ASSIGNED')
"""
#: Trades that were refused before refused trades were work.
CORRECTIONS = """
INSERT INTO desk_workitem (kind, state, opened_at, done_by, subject_id, subject_kind, title, url,
                           desk_code, due_at, amount_at_risk, currency, severity)
SELECT 'CORRECTION', 'OPEN', refused.decided_at, '', t.id, 'trade',
       left(t.reference || ' ' || refused.reason, 200), '/trades/' || t.id || '/', t.desk_code,
       (SELECT max(item.due_at) FROM desk_workitem item
         WHERE item.kind = 'VALIDATION' AND item.subject_kind = 'trade' AND item.subject_id = t.id),
       t.risk_amount_eur, CASE WHEN t.risk_amount_eur IS NULL THEN '' ELSE 'EUR' END, 'WARNING'
  FROM trades_trade t
  JOIN LATERAL (
    SELECT a.reason, a.decided_at FROM desk_approval a
     WHERE a.subject_kind = 'trade' AND a.subject_id = t.id AND a.version_no = t.version_no
       AND a.decision = 'REFUSED'
     ORDER BY a.id DESC LIMIT 1) refused ON true
 WHERE t.state = 'REJECTED'
ON CONFLICT DO NOTHING
"""
FORGET = "DELETE FROM desk_workitem WHERE kind = 'CORRECTION'"


class Migration(migrations.Migration):
    dependencies = [
        ("trades", "0011_cut_by_month"),
        ("desk", "0005_day_of_exceptions"),
    ]

    operations = [
        migrations.RunSQL([ACT, DAYS], migrations.RunSQL.noop),
        migrations.RunSQL(CORRECTIONS, FORGET),
    ]
