from django.db import migrations, models

#: What keeps a report back is work of its own kind; nothing was, and every such exception has an item.
REPORTS = """
UPDATE desk_workitem item SET kind = 'REPORT'
  FROM desk_controlexception held
 WHERE item.kind = 'EXCEPTION' AND item.subject_kind = 'exception'
   AND held.id = item.subject_id AND held.kind = 'REPORT'
"""
BACK = """
UPDATE desk_workitem SET kind = 'EXCEPTION' WHERE kind = 'REPORT';
DELETE FROM desk_workitem WHERE kind = 'CORRECTION'
"""
KINDS = ["EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "BREAK", "REPORT"]


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_cancellation_work")]

    operations = [
        migrations.RemoveConstraint(model_name="workitem", name="workitem_kind_known"),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
        migrations.AlterField(
            model_name="workitem",
            name="kind",
            field=models.CharField(
                choices=[(kind, kind) for kind in KINDS], max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="workitem_kind_known"
            ),
        ),
        migrations.RunSQL(REPORTS, migrations.RunSQL.noop),
    ]
