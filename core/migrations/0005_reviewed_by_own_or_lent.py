from django.db import migrations

#: Without delegations, what was lent is no row of a review.
FORGET = """
SELECT set_config('denouement.actor', 'system', true),
       set_config('denouement.reason', 'there are no delegations', true);
DELETE FROM core_accessreviewrow WHERE delegation_id IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [("core", "0004_reviewed_once")]

    operations = [
        migrations.RemoveConstraint(model_name="accessreviewrow", name="access_row_once"),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
