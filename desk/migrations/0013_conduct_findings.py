from django.conf import settings
from django.db import migrations, models

EXCEPTIONS = ["CONTROL", "CAPTURE", "PARKED", "REPORT", "SCREENING", "CONDUCT"]
WORK = [
    *("EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "ALLOCATION", "CONFIRMATION"),
    *("BREAK", "REPORT", "WEBHOOK", "QUARANTINE", "ACCESS", "CONDUCT"),
]
FORGET = """
DELETE FROM desk_workitem WHERE kind = 'CONDUCT';
DELETE FROM desk_controlexception WHERE kind = 'CONDUCT';
"""


def known(model: str, name: str, kinds: list[str]) -> list[migrations.operations.base.Operation]:
    return [
        migrations.AlterField(
            model_name=model,
            name="kind",
            field=models.CharField(
                choices=[(kind, kind) for kind in kinds], max_length=20, verbose_name="kind"
            ),
        ),
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", kinds)), name=name
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0012_screening_exceptions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="controlexception", name="exception_kind_known"),
        migrations.RemoveConstraint(model_name="workitem", name="workitem_kind_known"),
        *known("controlexception", "exception_kind_known", EXCEPTIONS),
        *known("workitem", "workitem_kind_known", WORK),
        migrations.AddConstraint(
            model_name="controlexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "CONDUCT"), ("state", "WAIVED"), _negated=True),
                    models.Q(
                        ("contributors__contains", [models.F("ended_by")]), _negated=True
                    ),
                    _connector="OR",
                ),
                name="exception_conduct_not_waived_by_whom_it_is_about",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
