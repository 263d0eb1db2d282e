import django.db.models.deletion
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """The groups of a run lie together: an index of their ranges costs a run nothing."""

    atomic = False

    dependencies = [
        ("reconciliation", "0004_statements_are_rejected"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="matchgroup",
            index=BrinIndex(fields=["run"], name="matchgroup_run"),
        ),
        migrations.AlterField(
            model_name="matchgroup",
            name="run",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="groups",
                to="reconciliation.reconciliationrun",
            ),
        ),
    ]
