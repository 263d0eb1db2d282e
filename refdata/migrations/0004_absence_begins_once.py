from django.db import migrations, models
from django.db.models import Q

from core.migration_operations import add_unique_concurrently

NAME = "absence_of_person_begins_once"


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("refdata", "0003_absences_of_people")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    NAME, "refdata_absence (user_id, first_day) WHERE user_id IS NOT NULL"
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="absence",
                    constraint=models.UniqueConstraint(
                        condition=Q(user__isnull=False),
                        fields=("user", "first_day"),
                        name=NAME,
                        violation_error_message="An absence of this person begins on that day.",
                    ),
                ),
            ],
        ),
    ]
