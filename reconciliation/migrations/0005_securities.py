import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    """Holdings of securities and their movements."""

    dependencies = [('reconciliation', '0004_french_and_american')]

    operations = [
        migrations.CreateModel(
            name='SecurityLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(verbose_name='number')),
                ('line', models.IntegerField(verbose_name='line of the file')),
                ('account_number', models.CharField(max_length=40, verbose_name='account')),
                ('isin', models.CharField(max_length=12, verbose_name='ISIN')),
                ('name', models.CharField(blank=True, default='', max_length=140, verbose_name='name')),
                ('quantity', models.DecimalField(decimal_places=10, max_digits=28, verbose_name='quantity')),
                ('quantity_type', models.CharField(choices=[('UNIT', 'Units'), ('FAMT', 'Face amount'), ('AMOR', 'Amortised amount')], max_length=4, verbose_name='counted in')),
                ('available', models.DecimalField(blank=True, decimal_places=10, max_digits=28, null=True, verbose_name='available')),
                ('amount', models.DecimalField(blank=True, decimal_places=4, max_digits=20, null=True, verbose_name='amount')),
                ('currency', models.CharField(blank=True, default='', max_length=3, verbose_name='currency')),
                ('reference', models.CharField(blank=True, default='', max_length=64, verbose_name='reference')),
                ('their_reference', models.CharField(blank=True, default='', max_length=64, verbose_name='their reference')),
                ('trade_date', models.DateField(blank=True, null=True, verbose_name='trade date')),
                ('settlement_date', models.DateField(blank=True, null=True, verbose_name='settlement date')),
            ],
            options={
                'verbose_name': 'security line',
                'verbose_name_plural': 'security lines',
                'ordering': ('id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='statementfile',
            name='statementfile_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='statementfile',
            name='statementfile_format_known',
        ),
        migrations.AlterField(
            model_name='statementfile',
            name='format',
            field=models.CharField(choices=[('MT940', 'MT940'), ('MT942', 'MT942'), ('MT950', 'MT950'), ('CAMT052', 'camt.052'), ('CAMT053', 'camt.053'), ('CAMT054', 'camt.054'), ('CFONB', 'CFONB 120'), ('OFX', 'OFX'), ('BAI2', 'BAI2'), ('MT535', 'MT535'), ('MT536', 'MT536'), ('SEMT002', 'semt.002'), ('SEMT017', 'semt.017'), ('TABLE', 'Table')], max_length=7, verbose_name='format'),
        ),
        migrations.AlterField(
            model_name='statementfile',
            name='kind',
            field=models.CharField(choices=[('TRADES', 'Trades'), ('CASH', 'Cash'), ('STOCK', 'Holdings'), ('MOVES', 'Movements of securities')], max_length=6, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='statementfile',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['TRADES', 'CASH', 'STOCK', 'MOVES'])), name='statementfile_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='statementfile',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['MT940', 'MT942', 'MT950', 'CAMT052', 'CAMT053', 'CAMT054', 'CFONB', 'OFX', 'BAI2', 'MT535', 'MT536', 'SEMT002', 'SEMT017', 'TABLE'])), name='statementfile_format_known'),
        ),
        migrations.AddField(
            model_name='securityline',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='security_lines', to='reconciliation.statementfile'),
        ),
        migrations.AddField(
            model_name='securityline',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='security_lines', to='reconciliation.statement'),
        ),
        migrations.AddIndex(
            model_name='securityline',
            index=models.Index(fields=['isin', 'account_number'], name='security_line_held'),
        ),
        migrations.AddConstraint(
            model_name='securityline',
            constraint=models.UniqueConstraint(fields=('source', 'statement', 'n'), name='security_line_once'),
        ),
        migrations.AddConstraint(
            model_name='securityline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity_type__in', ['UNIT', 'FAMT', 'AMOR'])), name='security_line_type_known'),
        ),
        migrations.AddConstraint(
            model_name='securityline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__lt', Decimal('1000000000000000000')), ('available__lt', Decimal('1000000000000000000')), ('amount__lt', Decimal('10000000000000000'))), name='security_line_numbers'),
        ),
    ]
