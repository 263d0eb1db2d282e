from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently, RemoveIndexConcurrently

LIVE = models.Q(("state__in", ("OPEN", "ASSIGNED")))


class Migration(migrations.Migration):
    """Built beside running work: open exceptions by amount with what their order is reckoned from,
    and by cause.
    """

    atomic = False

    dependencies = [("desk", "0003_causes")]

    operations = [
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(
                models.OrderBy(models.F("amount_at_risk"), descending=True, nulls_last=True),
                condition=LIVE,
                include=["due_at", "currency", "severity", "desk_code", "kind", "id"],
                name="exception_priority",
            ),
        ),
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(
                condition=LIVE,
                fields=["rule_code", "cause_kind", "cause"],
                include=["due_at", "amount_at_risk", "currency", "severity", "desk_code", "kind", "id"],
                name="exception_cause",
            ),
        ),
        RemoveIndexConcurrently(model_name="controlexception", name="exception_queue"),
    ]
