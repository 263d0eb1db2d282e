import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Captured rows are checked once per statement: `core/reference_triggers.py`."""

    dependencies = [
        ('refdata', '0001_reference_data'),
        ('trades', '0004_find_trades_by_index'),
    ]

    operations = [
        migrations.AlterField(
            model_name='execution',
            name='batch',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='executions', to='trades.capturebatch'),
        ),
        migrations.AlterField(
            model_name='execution',
            name='trade',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='executions', to='trades.trade'),
        ),
        migrations.AlterField(
            model_name='trade',
            name='batch',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='trades', to='trades.capturebatch', verbose_name='import'),
        ),
        migrations.AlterField(
            model_name='trade',
            name='counterparty',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trades', to='refdata.party', verbose_name='counterparty'),
        ),
        migrations.AlterField(
            model_name='trade',
            name='instrument',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trades', to='refdata.instrument', verbose_name='instrument'),
        ),
        migrations.AlterField(
            model_name='trade',
            name='settlement_instruction',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trades', to='refdata.settlementinstruction', verbose_name='settlement instruction'),
        ),
        migrations.AlterField(
            model_name='tradeversion',
            name='execution',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='trades.execution'),
        ),
        migrations.AlterField(
            model_name='tradeversion',
            name='trade',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='trades.trade'),
        ),
    ]
