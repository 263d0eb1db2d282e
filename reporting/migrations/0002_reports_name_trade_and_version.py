import django.db.models.deletion
from django.db import migrations, models

#: Views of auditors read the column; they are made again after the migrations.
NO_VIEWS = """
DROP VIEW IF EXISTS qa.report_item, qa.report_message, qa.report_decision, qa.trade_version;
DROP TRIGGER IF EXISTS guard_report_of_approved_version ON reporting_regulatoryreport
"""
#: The way back: trade and number say which version it was.
FOUND_AGAIN = """
UPDATE reporting_regulatoryreport r SET trade_version_id = v.id
  FROM trades_tradeversion v WHERE v.trade_id = r.trade_id AND v.version_no = r.version_no
"""


class Migration(migrations.Migration):
    """A report names its version by trade and number: that is the key of a version."""

    dependencies = [
        ("desk", "0003_cancellation_work"),
        ("reporting", "0001_initial"),
        ("trades", "0010_hours_at_once"),
    ]
    run_before = [("trades", "0011_cut_by_month")]

    operations = [
        migrations.RunSQL(NO_VIEWS, reverse_sql=migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="regulatoryreport",
            name="report_once_per_version",
        ),
        migrations.AlterField(
            model_name="regulatoryreport",
            name="trade_version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="trades.tradeversion",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, reverse_sql=FOUND_AGAIN),
        migrations.RemoveField(
            model_name="regulatoryreport",
            name="trade_version",
        ),
        migrations.AddConstraint(
            model_name="regulatoryreport",
            constraint=models.UniqueConstraint(
                fields=("regime", "trade", "version_no"), name="report_once_per_version"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, reverse_sql=NO_VIEWS),
    ]
