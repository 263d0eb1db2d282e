from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently, remove_unique_concurrently

OF_PARTY = "hit_of_party_once_live"
OF_OWNER = "hit_of_owner_once_live"
BEFORE = "hit_once_live"


class Migration(migrations.Migration):
    """An entry is one hit of a party, and one of each of its owners."""

    atomic = False

    dependencies = [("refdata", "0007_owners")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    OF_PARTY,
                    "refdata_screeninghit (party_id, entry_id)"
                    " WHERE ended_at IS NULL AND owner_id IS NULL",
                ),
                add_unique_concurrently(
                    OF_OWNER,
                    "refdata_screeninghit (owner_id, entry_id)"
                    " WHERE ended_at IS NULL AND owner_id IS NOT NULL",
                ),
                remove_unique_concurrently(
                    BEFORE, "refdata_screeninghit (party_id, entry_id) WHERE ended_at IS NULL"
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="screeninghit", name=BEFORE),
                migrations.AddConstraint(
                    model_name="screeninghit",
                    constraint=models.UniqueConstraint(
                        condition=Q(ended_at=None, owner=None),
                        fields=("party", "entry"),
                        name=OF_PARTY,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="screeninghit",
                    constraint=models.UniqueConstraint(
                        condition=Q(ended_at=None, owner__isnull=False),
                        fields=("owner", "entry"),
                        name=OF_OWNER,
                    ),
                ),
            ],
        ),
    ]
