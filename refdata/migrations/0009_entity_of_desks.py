import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('refdata', '0008_hits_of_owners'),
    ]

    operations = [
        migrations.AddField(
            model_name='desk',
            name='entity',
            field=models.ForeignKey(blank=True, limit_choices_to={'is_own_firm': True}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='desks', to='refdata.party', verbose_name='legal entity'),
        ),
    ]
