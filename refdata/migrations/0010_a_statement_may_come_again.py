from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently

TABLE = "refdata_fileimport"
CONTENT = f"{TABLE} (kind, sha256)"
ONCE = "fileimport_content_once"
BUT_HOLDINGS = "fileimport_once_but_holdings"
DROP = f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {ONCE}"


class Migration(migrations.Migration):
    """A statement of holdings is loaded again after a wrong one; all other content once.

    There is no way back once one was: both imports stand.
    """

    atomic = False

    dependencies = [("refdata", "0009_entity_of_desks")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(BUT_HOLDINGS, f"{CONTENT} WHERE NOT kind = 'holdings'"),
                migrations.RunSQL(
                    DROP,
                    reverse_sql=(
                        DROP,
                        f"DROP INDEX CONCURRENTLY IF EXISTS {ONCE}",
                        f"CREATE UNIQUE INDEX CONCURRENTLY {ONCE} ON {CONTENT}",
                        f"ALTER TABLE {TABLE} ADD CONSTRAINT {ONCE} UNIQUE USING INDEX {ONCE}",
                    ),
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="fileimport", name=ONCE),
                migrations.AddConstraint(
                    model_name="fileimport",
                    constraint=models.UniqueConstraint(
                        fields=["kind", "sha256"],
                        condition=~Q(kind="holdings"),
                        name=BUT_HOLDINGS,
                    ),
                ),
            ],
        ),
    ]
