import django.db.models.deletion
from django.contrib.postgres import operations as postgres
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a bank tells before its statement and besides it, and what replaces it."""

    dependencies = [('reconciliation', '0001_founding')]

    operations = [
        migrations.CreateModel(
            name='Replacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'replaced line',
                'verbose_name_plural': 'replaced lines',
            },
        ),
        migrations.RemoveConstraint(
            model_name='break',
            name='break_category_known',
        ),
        migrations.RemoveConstraint(
            model_name='statementfile',
            name='statementfile_format_known',
        ),
        migrations.RemoveConstraint(
            model_name='statementline',
            name='line_kind_known',
        ),
        migrations.AddField(
            model_name='statement',
            name='purpose',
            field=models.CharField(choices=[('FINAL', 'Statement'), ('INTRADAY', 'Intraday report'), ('ADVICE', 'Advice')], db_default='FINAL', default='FINAL', max_length=8, verbose_name='purpose'),
        ),
        migrations.AlterField(
            model_name='break',
            name='category',
            field=models.CharField(choices=[('TIMING', 'Timing'), ('MISSING_OURS', 'Missing on our side'), ('MISSING_THEIRS', 'Missing on their side'), ('AMOUNT', 'Amount'), ('QUANTITY', 'Quantity'), ('PRICE', 'Price'), ('DATE', 'Date'), ('CURRENCY', 'Currency'), ('REFERENCE', 'Reference'), ('DUPLICATE', 'Duplicate'), ('INTRADAY_ONLY', 'Not in the statement')], max_length=14, verbose_name='category'),
        ),
        migrations.AlterField(
            model_name='statementfile',
            name='format',
            field=models.CharField(choices=[('MT940', 'MT940'), ('MT942', 'MT942'), ('MT950', 'MT950'), ('CAMT052', 'camt.052'), ('CAMT053', 'camt.053'), ('CAMT054', 'camt.054'), ('TABLE', 'Table')], max_length=7, verbose_name='format'),
        ),
        migrations.AlterField(
            model_name='statementline',
            name='kind',
            field=models.CharField(choices=[('TRADES', 'Trades'), ('CASH', 'Cash'), ('ADVICE', 'Advice')], max_length=6, verbose_name='kind'),
        ),
        postgres.AddConstraintNotValid(
            model_name='break',
            constraint=models.CheckConstraint(condition=models.Q(('category__in', ['TIMING', 'MISSING_OURS', 'MISSING_THEIRS', 'AMOUNT', 'QUANTITY', 'PRICE', 'DATE', 'CURRENCY', 'REFERENCE', 'DUPLICATE', 'INTRADAY_ONLY'])), name='break_category_known'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['FINAL', 'INTRADAY', 'ADVICE'])), name='statement_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.CheckConstraint(condition=models.Q(('purpose', 'FINAL'), models.Q(('closing__isnull', True), ('opening__isnull', True)), _connector='OR'), name='statement_balances_are_final'),
        ),
        migrations.AddConstraint(
            model_name='statementfile',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['MT940', 'MT942', 'MT950', 'CAMT052', 'CAMT053', 'CAMT054', 'TABLE'])), name='statementfile_format_known'),
        ),
        postgres.AddConstraintNotValid(
            model_name='statementline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['TRADES', 'CASH', 'ADVICE'])), name='line_kind_known'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced', to='reconciliation.statementline', verbose_name='replaced by'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='line',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='replacement', to='reconciliation.statementline', verbose_name='line'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reconciliation.statementfile', verbose_name='statement file'),
        ),
        migrations.AddConstraint(
            model_name='replacement',
            constraint=models.CheckConstraint(condition=models.Q(('by__isnull', True), models.Q(('by', models.F('line')), _negated=True), _connector='OR'), name='replacement_by_another_line'),
        ),
    ]
