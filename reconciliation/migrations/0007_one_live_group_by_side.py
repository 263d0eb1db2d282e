from django.db import migrations, models
from django.db.models import Q

TABLE = "reconciliation_matchallocation"
LIVE = "NOT (state = 'UNDONE')"


def unique(name: str, columns: str, condition: str) -> migrations.RunSQL:
    """Make a unique index without keeping writers out; what an interrupted run left is replaced."""
    return migrations.RunSQL(
        [
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {TABLE} ({columns}) WHERE {condition}",
        ],
        reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
    )


class Migration(migrations.Migration):
    """Each side has its own index: both grow at their end, and a run reads only one of them."""

    atomic = False

    dependencies = [
        ("reconciliation", "0006_encoding_of_tables"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                unique(
                    "allocation_trade_in_one_live_group",
                    "item_id, kind",
                    f"side = 'OURS' AND {LIVE}",
                ),
                unique(
                    "allocation_line_in_one_live_group",
                    "item_id",
                    f"side = 'THEIRS' AND {LIVE}",
                ),
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS allocation_item_in_one_live_group",
                    reverse_sql="CREATE UNIQUE INDEX CONCURRENTLY allocation_item_in_one_live_group"
                    f" ON {TABLE} (item_id, kind, side) WHERE {LIVE}",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="matchallocation",
                    constraint=models.UniqueConstraint(
                        condition=Q(("side", "OURS"), Q(("state", "UNDONE"), _negated=True)),
                        fields=("item_id", "kind"),
                        name="allocation_trade_in_one_live_group",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="matchallocation",
                    constraint=models.UniqueConstraint(
                        condition=Q(("side", "THEIRS"), Q(("state", "UNDONE"), _negated=True)),
                        fields=("item_id",),
                        name="allocation_line_in_one_live_group",
                    ),
                ),
                migrations.RemoveConstraint(
                    model_name="matchallocation",
                    name="allocation_item_in_one_live_group",
                ),
            ],
        ),
    ]
