"""Indexes of the latest first become ascending and are read backwards: half the pages, for what is
new is added at their end.
"""

from django.db import migrations, models

FILTERED = {
    "trade_by_instrument": "instrument",
    "trade_by_counterparty": "counterparty_code",
    "trade_by_book": "book_code",
    "trade_by_trader": "trader_code",
    "trade_by_desk": "desk_code",
    "trade_by_settlement": "settlement_date",
    "trade_by_currency": "currency",
    "trade_by_product": "product_class",
    "trade_by_source": "source_system",
}
INDEXES = [
    ("fixevent", models.Index(fields=["session", "id"], name="fix_event_latest")),
    ("fixmessage", models.Index(fields=["session", "id"], name="fix_message_latest")),
    ("trade", models.Index(fields=["trade_date", "id"], name="trade_latest")),
    *(
        ("trade", models.Index(fields=[field, "trade_date", "id"], name=name))
        for name, field in FILTERED.items()
    ),
    (
        "trade",
        models.Index(
            fields=["trade_date", "id"], condition=models.Q(is_open=True), name="trade_open"
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("trades", "0025_tallies")]

    operations = [
        operation
        for model, index in INDEXES
        for operation in (
            migrations.RemoveIndex(model, index.name),
            migrations.AddIndex(model, index),
        )
    ]
