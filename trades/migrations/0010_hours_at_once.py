from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """The index of execution times knows fresh pages within a minute, not after the next vacuum."""

    dependencies = [
        ("trades", "0009_evidence_as_written"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX trade_traded_at SET (autosummarize = on);"
                    "SELECT brin_summarize_new_values('trade_traded_at')",
                    "ALTER INDEX trade_traded_at RESET (autosummarize)",
                )
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="trade", name="trade_traded_at"),
                migrations.AddIndex(
                    model_name="trade",
                    index=BrinIndex(
                        autosummarize=True, fields=["traded_at"], name="trade_traded_at"
                    ),
                ),
            ],
        ),
    ]
