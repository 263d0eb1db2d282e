from django.db import migrations, models


class Migration(migrations.Migration):
    """The latest open trades are found beside years of closed ones.

    Built under a lock: an index of a table that is cut cannot be built beside running work.
    """

    dependencies = [
        ("trades", "0020_trades_of_a_currency"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="trade",
            index=models.Index(
                condition=models.Q(("is_open", True)),
                fields=["-trade_date", "-id"],
                name="trade_open",
            ),
        ),
    ]
