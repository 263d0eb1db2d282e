import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('refdata', '0005_agreements'),
    ]

    operations = [
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('quantity', models.DecimalField(decimal_places=10, max_digits=28, verbose_name='quantity')),
                ('blocked', models.DecimalField(decimal_places=10, default=0, max_digits=28, verbose_name='blocked')),
                ('pledged', models.DecimalField(decimal_places=10, default=0, max_digits=28, verbose_name='pledged')),
                ('source', models.CharField(max_length=20, verbose_name='source')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='refdata.account', verbose_name='account')),
                ('instrument', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='refdata.instrument', verbose_name='instrument')),
            ],
            options={
                'verbose_name': 'holding',
                'verbose_name_plural': 'holdings',
                'ordering': ('account', '-day', 'instrument', 'currency'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('instrument__isnull', False)), fields=('account', 'day', 'instrument'), name='holding_of_a_security_once'), models.UniqueConstraint(condition=models.Q(('currency', ''), _negated=True), fields=('account', 'day', 'currency'), name='holding_of_a_currency_once'), models.CheckConstraint(condition=models.Q(('instrument__isnull', True), ('currency', ''), _connector='XOR'), name='holding_of_one_thing'), models.CheckConstraint(condition=models.Q(('currency__regex', '^([A-Z]{3})?$')), name='holding_currency_shape'), models.CheckConstraint(condition=models.Q(('quantity__lt', Decimal('1000000000000000000')), ('blocked__lt', Decimal('1000000000000000000')), ('pledged__lt', Decimal('1000000000000000000'))), name='holding_finite'), models.CheckConstraint(condition=models.Q(('blocked__gte', 0), ('pledged__gte', 0), ('quantity__gt', Decimal('-1000000000000000000'))), name='holding_nothing_below_zero'), models.CheckConstraint(condition=models.Q(('instrument__isnull', True), ('quantity__gte', 0), _connector='OR'), name='holding_no_security_below_zero')],
            },
        ),
    ]
