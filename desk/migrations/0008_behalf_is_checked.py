from django.contrib.postgres import operations
from django.db import migrations


class Migration(migrations.Migration):
    """Old decisions are looked at beside running work: none was made on somebody's behalf."""

    dependencies = [("desk", "0007_on_behalf_of")]

    operations = [
        operations.ValidateConstraint(model_name="approval", name="approval_not_on_behalf_of_a_maker"),
    ]
