from django.contrib.postgres import operations
from django.db import migrations, models

BACK = [
    "DELETE FROM desk_workitem WHERE kind = 'STATIC_DATA'",
    "DELETE FROM desk_request WHERE kind = 'STATIC_DATA'",
]
ASKED = [
    *("WAIVER", "CONDUCT_WAIVER", "VALIDATION_LIMIT", "SEVERAL_VALIDATIONS", "DELEGATION"),
    "STATIC_DATA",
]
WORK = [
    *("EXCEPTION", "VALIDATION", "CANCELLATION", "CORRECTION", "ALLOCATION", "CONFIRMATION"),
    *("BREAK", "REPORT", "WEBHOOK", "QUARANTINE", "ACCESS", "CONDUCT", "WAIVER", "MENTION"),
    "STATIC_DATA",
]


def knowing(model: str, kinds: list[str]) -> list[migrations.operations.base.Operation]:
    name = f"{model}_kind_known"
    field = models.CharField(
        choices=[(kind, kind) for kind in kinds], max_length=20, verbose_name="kind"
    )
    known = models.CheckConstraint(condition=models.Q(("kind__in", kinds)), name=name)
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        migrations.AlterField(model_name=model, name="kind", field=field),
        operations.AddConstraintNotValid(model_name=model, constraint=known),
    ]


class Migration(migrations.Migration):
    """A change of the reference data is asked for, and waits for a second person."""

    dependencies = [("desk", "0013_several_delegations_are_asked_for")]

    operations = [
        *knowing("request", ASKED),
        *knowing("workitem", WORK),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
