from django.conf import settings
from django.db import migrations, models

KINDS = ["CONTROL", "CAPTURE", "PARKED", "REPORT", "SCREENING"]
FORGET = """
DELETE FROM desk_workitem WHERE subject_kind = 'exception'
   AND subject_id IN (SELECT id FROM desk_controlexception WHERE kind = 'SCREENING');
DELETE FROM desk_controlexception WHERE kind = 'SCREENING';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0011_access_work"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="controlexception", name="exception_kind_known"),
        migrations.AlterField(
            model_name="controlexception",
            name="kind",
            field=models.CharField(
                choices=[(kind, kind) for kind in KINDS], max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="controlexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="exception_kind_known"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
