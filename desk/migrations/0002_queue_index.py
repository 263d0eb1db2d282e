from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """Built beside running work: open exceptions in the order of their queue."""

    atomic = False

    dependencies = [
        ("desk", "0001_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(
                models.F("severity"),
                models.F("due_at"),
                models.OrderBy(models.F("amount_at_risk"), descending=True),
                condition=models.Q(("state__in", ("OPEN", "ASSIGNED"))),
                name="exception_queue",
            ),
        ),
    ]
