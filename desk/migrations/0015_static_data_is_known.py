from django.contrib.postgres import operations
from django.db import migrations


class Migration(migrations.Migration):
    """What was asked for before is looked at beside running work."""

    dependencies = [("desk", "0014_static_data")]

    operations = [
        operations.ValidateConstraint(model_name="request", name="request_kind_known"),
        operations.ValidateConstraint(model_name="workitem", name="workitem_kind_known"),
    ]
