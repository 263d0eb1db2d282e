from django.db import migrations, models


class Migration(migrations.Migration):
    """A source system lists its own trades, however few they are.

    Built under a lock: an index of a table that is cut cannot be built beside running work.
    """

    dependencies = [
        ("trades", "0013_news"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(
                fields=["source_system", "-trade_date", "-id"], name="trade_by_source"
            ),
        ),
    ]
