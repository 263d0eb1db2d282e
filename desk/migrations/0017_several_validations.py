from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently, remove_unique_concurrently

TABLE = "desk_approval"
VERSION = "subject_kind, subject_id, version_no"
APPROVED = "decision = 'APPROVED'"


class Migration(migrations.Migration):
    """A trade may take several supervisors, each once; one approval is the last of a version."""

    atomic = False

    dependencies = [("desk", "0016_requests")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    "approval_one_per_checker", f"{TABLE} ({VERSION}, checker) WHERE {APPROVED}"
                ),
                add_unique_concurrently(
                    "approval_last_per_version", f"{TABLE} ({VERSION}) WHERE {APPROVED} AND is_last"
                ),
                remove_unique_concurrently(
                    "approval_one_per_version", f"{TABLE} ({VERSION}) WHERE {APPROVED}"
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="approval", name="approval_one_per_version"
                ),
                migrations.AddConstraint(
                    model_name="approval",
                    constraint=models.UniqueConstraint(
                        condition=Q(("decision", "APPROVED"), ("is_last", True)),
                        fields=("subject_kind", "subject_id", "version_no"),
                        name="approval_last_per_version",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="approval",
                    constraint=models.UniqueConstraint(
                        condition=Q(("decision", "APPROVED")),
                        fields=("subject_kind", "subject_id", "version_no", "checker"),
                        name="approval_one_per_checker",
                    ),
                ),
            ],
        ),
    ]
