from django.db import migrations, models

from core.migration_operations import add_unique_concurrently, remove_unique_concurrently

TABLE = "desk_controlrule"
WAITS = "state = 'PROPOSED'"
#: Without scopes, what was set in one cannot stay.
FORGET = "DELETE FROM desk_controlrule WHERE scope <> ''"


class Migration(migrations.Migration):
    """Built beside running work: one change of a rule waits for each day in each scope."""

    atomic = False

    dependencies = [("desk", "0020_scopes_of_rules")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                add_unique_concurrently(
                    "controlrule_one_proposal_per_scope",
                    f"{TABLE} (code, scope, valid_from) WHERE {WAITS}",
                ),
                remove_unique_concurrently(
                    "controlrule_one_proposal_per_day",
                    f"{TABLE} (code, valid_from) WHERE {WAITS}",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="controlrule",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state", "PROPOSED")),
                        fields=("code", "scope", "valid_from"),
                        name="controlrule_one_proposal_per_scope",
                    ),
                ),
                migrations.RemoveConstraint(
                    model_name="controlrule",
                    name="controlrule_one_proposal_per_day",
                ),
            ],
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
