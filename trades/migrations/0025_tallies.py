from django.db import migrations, models


#: Triggers of the table that is taken back: what stays of trades changes without it.
BACK = """
DROP TRIGGER IF EXISTS guard_tally_new ON trades_trade;
DROP TRIGGER IF EXISTS guard_tally_changed ON trades_trade
"""


class Migration(migrations.Migration):
    """Totals of any number of trades; `database/tallies.sql` counts what stands."""

    dependencies = [
        ('trades', '0024_messages_not_booked'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trade_date', models.DateField()),
                ('desk_code', models.CharField(max_length=20)),
                ('state', models.CharField(max_length=20)),
                ('close_reason', models.CharField(max_length=12)),
                ('side', models.CharField(max_length=4)),
                ('product_class', models.CharField(max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('is_amended', models.BooleanField()),
                ('is_by_hand', models.BooleanField()),
                ('trades', models.BigIntegerField()),
                ('net_amount', models.DecimalField(decimal_places=4, max_digits=30)),
                ('risk_amount_eur', models.DecimalField(decimal_places=4, max_digits=30)),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'tally',
                'verbose_name_plural': 'tallies',
                'indexes': [models.Index(fields=['trade_date'], name='tally_of_day'), models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='tally_to_fold'), models.Index(condition=models.Q(('state__in', ["ENRICHED", "ON_HOLD", "PENDING_VALIDATION", "RECEIVED", "REJECTED"])), fields=['state'], name='tally_of_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('trade_date', 'desk_code', 'state', 'close_reason', 'side', 'product_class', 'currency', 'is_amended', 'is_by_hand'), name='tally_one_of_what_is_alike')],
            },
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
