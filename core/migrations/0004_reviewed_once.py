from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently

TABLE = "core_accessreviewrow"
RIGHT = f"{TABLE} (review_id, user_id, role, desk_code)"
OWN = "access_row_once_own"
LENT = "access_row_once_lent"


class Migration(migrations.Migration):
    """A right is reviewed once, be it one's own or lent."""

    atomic = False

    dependencies = [("core", "0003_lent_roles_are_reviewed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(OWN, f"{RIGHT} WHERE delegation_id IS NULL"),
                add_unique_concurrently(
                    LENT, f"{TABLE} (review_id, delegation_id) WHERE delegation_id IS NOT NULL"
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="accessreviewrow",
                    constraint=models.UniqueConstraint(
                        condition=Q(delegation__isnull=True),
                        fields=("review", "user", "role", "desk_code"),
                        name=OWN,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="accessreviewrow",
                    constraint=models.UniqueConstraint(
                        condition=Q(delegation__isnull=False),
                        fields=("review", "delegation"),
                        name=LENT,
                    ),
                ),
            ],
        ),
    ]
