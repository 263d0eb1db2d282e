from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trades', '0001_founding'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_code', models.CharField(max_length=35)),
                ('what', models.CharField(max_length=12)),
                ('day', models.DateField()),
                ('outgoing', models.DecimalField(decimal_places=10, max_digits=38)),
                ('incoming', models.DecimalField(decimal_places=10, max_digits=38)),
            ],
            options={
                'verbose_name': 'use of an account',
                'verbose_name_plural': 'uses of accounts',
                'constraints': [models.UniqueConstraint(fields=('account_code', 'what', 'day'), name='accountuse_once')],
            },
        ),
    ]
