from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """Built beside running work: what was found about the trades of a day, whatever became of it."""

    atomic = False

    dependencies = [("desk", "0009_confirmation_work")]

    operations = [
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(fields=["day"], name="exception_of_day"),
        ),
    ]
