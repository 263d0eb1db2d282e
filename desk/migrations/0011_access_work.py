from django.db import migrations, models

BACK = "DELETE FROM desk_workitem WHERE kind = 'ACCESS'"
KINDS = [
    *("EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "ALLOCATION", "CONFIRMATION"),
    *("BREAK", "REPORT", "WEBHOOK", "QUARANTINE", "ACCESS"),
]


class Migration(migrations.Migration):
    dependencies = [("desk", "0010_exceptions_of_a_day")]

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
