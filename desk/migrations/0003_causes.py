from django.db import migrations, models

KINDS = ["INSTRUMENT", "COUNTERPARTY", "TRADER", "BOOK", "VENUE", "CURRENCY", "PAIR"]


class Migration(migrations.Migration):
    """What in the outside is wrong, where one repair ends several exceptions."""

    dependencies = [("desk", "0002_what_runs_judged")]

    operations = [
        migrations.AddField(
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
        migrations.AddField(
            model_name="controlexception",
            name="cause",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="cause"
            ),
        ),
        migrations.AddConstraint(
            model_name="controlexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause_kind__in", [*KINDS, ""])), name="exception_cause_known"
            ),
        ),
    ]
