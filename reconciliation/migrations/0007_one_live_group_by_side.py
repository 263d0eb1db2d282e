from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently, remove_unique_concurrently

TABLE = "reconciliation_matchallocation"
LIVE = "NOT (state = 'UNDONE')"


class Migration(migrations.Migration):
    """Each side has its own index: both grow at their end, and a run reads only one of them."""

    atomic = False

    dependencies = [
        ("reconciliation", "0006_encoding_of_tables"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    "allocation_trade_in_one_live_group",
                    f"{TABLE} (item_id, kind) WHERE side = 'OURS' AND {LIVE}",
                ),
                add_unique_concurrently(
                    "allocation_line_in_one_live_group",
                    f"{TABLE} (item_id) WHERE side = 'THEIRS' AND {LIVE}",
                ),
                remove_unique_concurrently(
                    "allocation_item_in_one_live_group",
                    f"{TABLE} (item_id, kind, side) WHERE {LIVE}",
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
