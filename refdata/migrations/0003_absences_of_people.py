import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

#: Without people, the absence of one is nobody's.
FORGET = """
SELECT set_config('denouement.actor', 'system', true),
       set_config('denouement.reason', 'absences are of traders alone', true);
DELETE FROM refdata_absence WHERE trader_id IS NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("refdata", "0002_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='absence',
            name='trader',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='refdata.trader', verbose_name='trader'),
        ),
        migrations.AddField(
            model_name='absence',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(
                condition=Q(trader__isnull=False, user__isnull=True) | Q(trader__isnull=True, user__isnull=False),
                name='absence_of_one',
                violation_error_message='Name a trader or a person, not both.',
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
