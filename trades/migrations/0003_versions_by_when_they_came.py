from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations

from core.migration_operations import AddPartitionedIndexConcurrently


class Migration(migrations.Migration):
    """What evidence asks of a period is read there: versions lie in the order in which they came."""

    atomic = False

    dependencies = [("trades", "0002_account_use")]

    operations = [
        AddPartitionedIndexConcurrently(
            model_name="tradeversion",
            index=BrinIndex(fields=["recorded_at"], name="version_recorded_at", autosummarize=True),
        ),
    ]
