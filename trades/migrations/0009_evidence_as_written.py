from django.db import migrations

import core.columns


def kept_as_text(table: str, column: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text",
        reverse_sql=f"ALTER TABLE {table} ALTER COLUMN {column} TYPE jsonb USING {column}::jsonb",
    )


class Migration(migrations.Migration):
    """What was hashed is kept letter by letter; PostgreSQL need not take it apart."""

    dependencies = [
        ("trades", "0008_open_trades"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                kept_as_text("trades_execution", "content"),
                kept_as_text("trades_tradeversion", "terms"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="execution",
                    name="content",
                    field=core.columns.EvidenceField(verbose_name="content"),
                ),
                migrations.AlterField(
                    model_name="tradeversion",
                    name="terms",
                    field=core.columns.EvidenceField(verbose_name="terms"),
                ),
            ],
        ),
    ]
