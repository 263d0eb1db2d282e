
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trades', '0030_back_tests_of_a_scope'),
    ]

    operations = [
        migrations.CreateModel(
            name='LimitUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('code', models.CharField(max_length=60)),
                ('day', models.DateField()),
                ('used_eur', models.DecimalField(decimal_places=4, max_digits=30)),
                ('unvalued', models.IntegerField()),
            ],
            options={
                'verbose_name': 'use of a limit',
                'verbose_name_plural': 'uses of limits',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['TRADER', 'COUNTERPARTY'])), name='limituse_kind_known'), models.UniqueConstraint(fields=('kind', 'code', 'day'), name='limituse_once')],
            },
        ),
    ]
