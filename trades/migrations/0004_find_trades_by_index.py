from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently, add_unique_concurrently

FILTERED = {
    "instrument": "instrument",
    "counterparty": "counterparty_code",
    "book": "book_code",
    "trader": "trader_code",
    "desk": "desk_code",
}


class Migration(migrations.Migration):
    """Built beside running work: whatever narrows the list of trades has its index.

    The identity of a trade is unique all the while: the new index stands before the old one goes.
    """

    atomic = False

    dependencies = [
        ("trades", "0003_queue_indexes"),
    ]

    operations = [
        *(
            AddIndexConcurrently(
                model_name="trade",
                index=models.Index(fields=[field, "-trade_date", "-id"], name=f"trade_by_{name}"),
            )
            for name, field in FILTERED.items()
        ),
        AddIndexConcurrently(
            model_name="trade",
            index=models.Index(fields=["settlement_date", "-id"], name="trade_settling"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    "trade_source_reference",
                    "trades_trade (source_reference varchar_pattern_ops, source_system)",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="trade",
                    constraint=models.UniqueConstraint(
                        fields=("source_reference", "source_system"),
                        name="trade_source_reference",
                        opclasses=["varchar_pattern_ops", "varchar_ops"],
                    ),
                )
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE trades_trade DROP CONSTRAINT IF EXISTS trade_identity",
                    [
                        "ALTER TABLE trades_trade DROP CONSTRAINT IF EXISTS trade_identity",
                        "ALTER TABLE trades_trade ADD CONSTRAINT trade_identity"
                        " UNIQUE (source_system, source_reference)",
                    ],
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="trade", name="trade_identity")
            ],
        ),
    ]
