from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently, RemoveIndexConcurrently


class Migration(migrations.Migration):
    """The trades that settle on a day are found in the order of the list."""

    atomic = False

    dependencies = [
        ("trades", "0006_cancellation_requests"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="trade",
            index=models.Index(
                fields=["settlement_date", "-trade_date", "-id"], name="trade_by_settlement"
            ),
        ),
        RemoveIndexConcurrently(model_name="trade", name="trade_settling"),
    ]
