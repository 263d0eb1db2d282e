from django.contrib.postgres import operations
from django.db import migrations


class Migration(migrations.Migration):
    """What stands is looked at beside running work: every cause is of a kind that is known."""

    dependencies = [("desk", "0011_causes_of_messages_and_calendars")]

    operations = [
        operations.ValidateConstraint(
            model_name="controlexception", name="exception_cause_known"
        ),
    ]
