from django.db import migrations, models

#: Without an end, a role that was taken for an hour would be held for ever.
NOT_YET = """
SELECT set_config('denouement.actor', 'system', true),
       set_config('denouement.reason', 'there are no emergencies', true);
DELETE FROM core_rolegrant WHERE valid_until IS NOT NULL;
DROP TRIGGER IF EXISTS guard_emergency ON core_rolegrant;
DROP TRIGGER IF EXISTS guard_emergency_still ON core_rolegrant;
DROP TRIGGER IF EXISTS guard_zz_two_people ON core_rolegrant;
DROP TRIGGER IF EXISTS guard_zz_two_people_still ON core_rolegrant;
DROP TRIGGER IF EXISTS guard_toxic_pair ON core_rolegrant;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0005_reviewed_by_own_or_lent"),
    ]

    operations = [
        migrations.AddField(
            model_name='rolegrant',
            name='valid_until',
            field=models.DateTimeField(editable=False, null=True, verbose_name='valid until'),
        ),
        migrations.AddField(
            model_name='lonegrant',
            name='until',
            field=models.DateTimeField(editable=False, null=True, verbose_name='until'),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, NOT_YET),
    ]
