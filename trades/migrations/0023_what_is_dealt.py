from django.db import migrations, models

FILL = """
UPDATE trades_trade SET product_class = product WHERE product <> '' AND product_class = '';
UPDATE trades_trade t SET product_class = i.asset_class
  FROM refdata_instrument i WHERE i.id = t.instrument_id AND t.product_class = '';
"""


class Migration(migrations.Migration):
    """A trade says itself what is dealt: lists need not ask its instrument.

    Fills the column of every trade, each with an entry of the audit trail: minutes per million
    trades. Run it outside the trading day.
    """

    dependencies = [
        ('refdata', '0007_confirmations'),
        ('trades', '0022_trades_by_reference'),
    ]

    operations = [
        migrations.AddField(
            model_name='trade',
            name='product_class',
            field=models.CharField(blank=True, choices=[('EQUITY', 'share'), ('BOND', 'bond'), ('ETF', 'ETF'), ('FUND', 'fund'), ('DERIVATIVE', 'derivative'), ('FX', 'Foreign exchange'), ('REPO', 'Repo'), ('LENDING', 'Securities lending')], db_default='', default='', help_text='Its product, or the asset class that its instrument had when it was booked', max_length=10, verbose_name='product'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(fields=['product_class', '-trade_date', '-id'], name='trade_by_product'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(('product_class__in', ['EQUITY', 'BOND', 'ETF', 'FUND', 'DERIVATIVE', 'FX', 'REPO', 'LENDING', ''])), name='trade_known_product_class'),
        ),
    ]
