from django.db import migrations, models
from django.db.models.functions import Upper

from core.migration_operations import AddIndexConcurrently

OVER = models.Q(("state__in", ("RESOLVED", "WAIVED", "CLOSED")))


class Migration(migrations.Migration):
    """Built beside running work: exceptions by the words that they are sought by, and what is over
    by how it ended.

    The words have no condition: how many begin so is told by the index of all rows alone.
    """

    atomic = False

    dependencies = [("desk", "0009_runs_name_what_they_judged")]

    operations = [
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(Upper("subject_reference"), name="exception_reference"),
        ),
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(Upper("found"), name="exception_found"),
        ),
        AddIndexConcurrently(
            model_name="controlexception",
            index=models.Index(
                condition=OVER,
                fields=["state", "-id"],
                include=["desk_code", "kind"],
                name="exception_over",
            ),
        ),
    ]
