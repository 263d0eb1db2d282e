from django.db import migrations, models


class Migration(migrations.Migration):
    """A currency lists its own trades, however few they are.

    Built under a lock: an index of a table that is cut cannot be built beside running work.
    """

    dependencies = [
        ("trades", "0019_products"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(fields=["currency", "-trade_date", "-id"], name="trade_by_currency"),
        ),
    ]
