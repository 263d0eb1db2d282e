from django.db import migrations, models

from core.migration_operations import AddFieldOnce, AddIndexConcurrently, RemoveIndexConcurrently


class Migration(migrations.Migration):
    """A change of state touches no index, and finds room for the new row on the page of the old.

    The column that the database derives makes it write the table anew, once, under its lock: some
    twenty seconds per million trades. Run it outside the trading day.
    """

    atomic = False

    dependencies = [
        ("trades", "0007_settling_in_order"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE trades_trade SET (fillfactor = 45)",
            "ALTER TABLE trades_trade RESET (fillfactor)",
        ),
        AddFieldOnce(
            model_name="trade",
            name="is_open",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("state__in", ["CLOSED", "VALIDATED"]), _negated=True),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
                verbose_name="open",
            ),
        ),
        AddIndexConcurrently(
            model_name="trade",
            index=models.Index(
                models.OrderBy(models.F("risk_amount_eur"), descending=True),
                models.F("id"),
                condition=models.Q(("is_open", True)),
                name="trade_queue",
            ),
        ),
        RemoveIndexConcurrently(model_name="trade", name="trade_open"),
        RemoveIndexConcurrently(model_name="trade", name="trade_to_validate"),
    ]
