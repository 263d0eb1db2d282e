from django.db import migrations, models


class Migration(migrations.Migration):
    """Trades are found by the beginning of their reference, also where ten thousand begin alike.

    Built under a lock: an index of a table that is cut cannot be built beside running work.
    """

    dependencies = [
        ("trades", "0021_latest_open_trades"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(
                fields=["source_reference", "id"],
                name="trade_by_reference",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
        ),
    ]
