from django.contrib.postgres import operations
from django.db import migrations


class Migration(migrations.Migration):
    """Read through beside running work: what stood before the new kinds is of the old ones."""

    dependencies = [("reconciliation", "0002_intraday_and_advices")]

    operations = [
        operations.ValidateConstraint(model_name="break", name="break_category_known"),
        operations.ValidateConstraint(model_name="statementline", name="line_kind_known"),
    ]
