import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('conduct', '0001_days_and_watches')]

    initial = True

    dependencies = [
        ('refdata', '0001_founding'),
    ]

    operations = [
        migrations.CreateModel(
            name='TraderDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('trader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conduct_days', to='refdata.trader', verbose_name='trader')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('trades', models.PositiveIntegerField(default=0, verbose_name='trades')),
                ('amended', models.PositiveIntegerField(default=0, verbose_name='amended')),
                ('cancelled', models.PositiveIntegerField(default=0, verbose_name='cancelled')),
                ('early', models.PositiveIntegerField(default=0, verbose_name='cancelled before settlement')),
                ('outside', models.PositiveIntegerField(default=0, verbose_name='outside hours')),
                ('near', models.PositiveIntegerField(default=0, verbose_name='just under the limit')),
                ('round_trips', models.PositiveIntegerField(default=0, verbose_name='round trips')),
                ('washes', models.PositiveIntegerField(default=0, verbose_name='sold back to the same party')),
                ('gross_eur', models.DecimalField(decimal_places=4, default=0, max_digits=20, verbose_name='turnover (EUR)')),
                ('top_eur', models.DecimalField(decimal_places=4, default=0, max_digits=20, verbose_name='most in one instrument (EUR)')),
                ('top_isin', models.CharField(blank=True, default='', max_length=12, verbose_name='ISIN')),
            ],
            options={
                'verbose_name': 'day of a trader',
                'verbose_name_plural': 'days of traders',
                'ordering': ('-day', 'trader'),
                'constraints': [models.UniqueConstraint(fields=('day', 'trader'), name='traderday_once'), models.CheckConstraint(condition=models.Q(('gross_eur__lt', Decimal('10000000000000000')), ('top_eur__lt', Decimal('10000000000000000'))), name='traderday_numbers')],
            },
        ),
        migrations.CreateModel(
            name='PartyDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conduct_days', to='refdata.party', verbose_name='party')),
                ('dealt', models.PositiveIntegerField(default=0, verbose_name='trades')),
                ('cancelled', models.PositiveIntegerField(default=0, verbose_name='cancelled')),
                ('gross_eur', models.DecimalField(decimal_places=4, default=0, max_digits=20, verbose_name='turnover (EUR)')),
            ],
            options={
                'verbose_name': 'day of a party',
                'verbose_name_plural': 'days of parties',
                'ordering': ('-day', 'party'),
                'constraints': [models.UniqueConstraint(fields=('day', 'party'), name='partyday_once'), models.CheckConstraint(condition=models.Q(('gross_eur__lt', Decimal('10000000000000000'))), name='partyday_numbers')],
            },
        ),
        migrations.CreateModel(
            name='PairDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('trader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pair_days', to='refdata.trader', verbose_name='trader')),
                ('maker', models.CharField(max_length=150, verbose_name='captured by')),
                ('checker', models.CharField(max_length=150, verbose_name='validated by')),
                ('desk_code', models.CharField(blank=True, default='', max_length=20, verbose_name='desk')),
                ('decisions', models.PositiveIntegerField(verbose_name='decisions')),
                ('amount_eur', models.DecimalField(decimal_places=4, default=0, max_digits=20, verbose_name='amount (EUR)')),
            ],
            options={
                'verbose_name': 'day of a pair',
                'verbose_name_plural': 'days of pairs',
                'ordering': ('-day', 'trader', 'maker', 'checker'),
                'constraints': [models.UniqueConstraint(fields=('day', 'trader', 'maker', 'checker', 'desk_code'), name='pairday_once'), models.CheckConstraint(condition=models.Q(('decisions__gt', 0)), name='pairday_has_decisions'), models.CheckConstraint(condition=models.Q(('amount_eur__lt', Decimal('10000000000000000'))), name='pairday_numbers')],
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(db_index=True, verbose_name='day')),
                ('job_id', models.BigIntegerField(null=True, verbose_name='job')),
                ('traders', models.PositiveIntegerField(verbose_name='traders')),
                ('parties', models.PositiveIntegerField(verbose_name='parties')),
                ('trades', models.PositiveIntegerField(verbose_name='trades')),
                ('hits', models.JSONField(default=dict, verbose_name='findings per rule')),
                ('ended_at', models.DateTimeField(verbose_name='ended at')),
            ],
            options={
                'verbose_name': 'watch of a day',
                'verbose_name_plural': 'watches of days',
                'ordering': ('-id',),
            },
        ),
    ]
