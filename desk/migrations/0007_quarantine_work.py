from django.db import migrations, models

BACK = "DELETE FROM desk_workitem WHERE kind = 'QUARANTINE'"
KINDS = [
    *("EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "BREAK", "REPORT", "WEBHOOK", "QUARANTINE")
]


class Migration(migrations.Migration):
    dependencies = [("desk", "0006_webhook_work")]

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
    ]
