from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently, remove_unique_concurrently

TABLE = "core_lonegrant"
RIGHT = f"{TABLE} (user_id, role, desk_code)"
LASTING = "lone_grant_one_lasting"
EMERGENCY = "emergency_one_open"
BOTH = "lone_grant_one_open"


class Migration(migrations.Migration):
    """One person has one broken glass; it stands in the way of no filing of what lasts."""

    atomic = False

    dependencies = [("core", "0006_emergencies")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    LASTING, f"{RIGHT} WHERE state = 'OPEN' AND until IS NULL"
                ),
                add_unique_concurrently(
                    EMERGENCY, f"{TABLE} (user_id) WHERE state = 'OPEN' AND until IS NOT NULL"
                ),
                remove_unique_concurrently(BOTH, f"{RIGHT} WHERE state = 'OPEN'"),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="lonegrant", name=BOTH),
                migrations.AddConstraint(
                    model_name="lonegrant",
                    constraint=models.UniqueConstraint(
                        fields=["user", "role", "desk_code"],
                        condition=Q(state="OPEN", until=None),
                        name=LASTING,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="lonegrant",
                    constraint=models.UniqueConstraint(
                        fields=["user"],
                        condition=Q(state="OPEN", until__isnull=False),
                        name=EMERGENCY,
                    ),
                ),
            ],
        ),
    ]
