from django.contrib.postgres import operations
from django.db import migrations


class Migration(migrations.Migration):
    """Read through beside running work: what stood before the new pass is of the old ones."""

    dependencies = [("reconciliation", "0007_references_written_differently")]

    operations = [
        operations.ValidateConstraint(model_name="matchgroup", name="matchgroup_pass_known"),
    ]
