from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently, remove_unique_concurrently

TABLE = "desk_request"
ABOUT = f"{TABLE} (kind, subject_kind, subject_id)"
ONE, OTHER, LENT = "request_one_open", "request_one_open_else", "request_one_open_delegation"


class Migration(migrations.Migration):
    """Somebody may be asked to stand in twice at a time: for two people, or on two desks. Built
    beside running work; the old index stands until the new ones do.
    """

    atomic = False

    dependencies = [("desk", "0012_causes_are_checked")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    LENT,
                    f"{TABLE} (subject_id, fingerprint)"
                    " WHERE state = 'ASKED' AND kind = 'DELEGATION'",
                ),
                add_unique_concurrently(
                    OTHER, f"{ABOUT} WHERE state = 'ASKED' AND NOT (kind = 'DELEGATION')"
                ),
                remove_unique_concurrently(ONE, f"{ABOUT} WHERE state = 'ASKED'"),
                migrations.RunSQL(
                    f"ALTER INDEX {OTHER} RENAME TO {ONE}",
                    reverse_sql=f"ALTER INDEX {ONE} RENAME TO {OTHER}",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="request", name=ONE),
                migrations.AddConstraint(
                    model_name="request",
                    constraint=models.UniqueConstraint(
                        condition=Q(state="ASKED") & ~Q(kind="DELEGATION"),
                        fields=("kind", "subject_kind", "subject_id"),
                        name=ONE,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="request",
                    constraint=models.UniqueConstraint(
                        condition=Q(state="ASKED", kind="DELEGATION"),
                        fields=("subject_id", "fingerprint"),
                        name=LENT,
                    ),
                ),
            ],
        ),
    ]
