from django.contrib.postgres import operations
from django.db import migrations
from django.db.models import CheckConstraint, Q


class Migration(migrations.Migration):
    """Never validated: runs of before the arrays name nothing, and stand. Nobody adds another."""

    dependencies = [("desk", "0008_behalf_is_checked")]

    operations = [
        operations.AddConstraintNotValid(
            model_name="controlrun",
            constraint=CheckConstraint(
                condition=Q(subject_ids__isnull=False, version_nos__isnull=False),
                name="controlrun_names_its_trades",
            ),
        ),
    ]
