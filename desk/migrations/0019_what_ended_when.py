from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """Built beside running work: what was judged and decided since a moment."""

    atomic = False

    dependencies = [("desk", "0018_rules_of_runs")]

    operations = [
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(fields=["ended_at"], name="exception_ended"),
        ),
        AddIndexConcurrently(
            model_name="controlrun",
            index=models.Index(fields=["ended_at"], name="controlrun_ended"),
        ),
    ]
