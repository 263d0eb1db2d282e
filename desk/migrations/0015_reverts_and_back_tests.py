import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0014_decisions_of_a_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='controlrule',
            name='back_test_id',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='back-test'),
        ),
        migrations.AddField(
            model_name='controlrule',
            name='reverts',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reverted_by', to='desk.controlrule', verbose_name='takes back'),
        ),
    ]
