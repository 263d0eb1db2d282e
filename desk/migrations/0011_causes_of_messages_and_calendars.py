from django.contrib.postgres import operations
from django.db import migrations, models

KINDS = [
    *("INSTRUMENT", "COUNTERPARTY", "TRADER", "BOOK", "VENUE", "CURRENCY", "PAIR"),
    *("CALENDAR", "COUNTRY", "SOURCE"),
]


class Migration(migrations.Migration):
    """More kinds of cause. What stands is of the fewer ones that were known: it needs no look."""

    dependencies = [("desk", "0010_exceptions_are_sought_by_index")]

    operations = [
        migrations.AlterField(
            model_name="controlexception",
            name="cause_kind",
            field=models.CharField(
                blank=True,
                choices=[(kind, kind) for kind in KINDS],
                db_default="",
                default="",
                max_length=12,
                verbose_name="kind of cause",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="controlexception", name="exception_cause_known"
        ),
        operations.AddConstraintNotValid(
            model_name="controlexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause_kind__in", [*KINDS, ""])), name="exception_cause_known"
            ),
        ),
    ]
