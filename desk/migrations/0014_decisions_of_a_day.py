from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """Built beside running work: who decided on what on a day."""

    atomic = False

    dependencies = [("desk", "0013_conduct_findings")]

    operations = [
        AddIndexConcurrently(
            model_name="approval",
            index=BrinIndex(
                autosummarize=True, fields=["decided_at"], name="approval_decided_at"
            ),
        ),
    ]
