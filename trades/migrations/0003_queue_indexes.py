from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """Built beside running work: the supervisors' queue in risk order, twins by execution time."""

    atomic = False

    dependencies = [
        ("trades", "0002_lean_indexes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="trade",
            index=models.Index(
                models.OrderBy(models.F("risk_amount_eur"), descending=True),
                models.F("id"),
                condition=models.Q(("state", "PENDING_VALIDATION")),
                name="trade_to_validate",
            ),
        ),
        AddIndexConcurrently(
            model_name="trade",
            index=BrinIndex(fields=["traded_at"], name="trade_traded_at"),
        ),
    ]
